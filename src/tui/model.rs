//! What is chosen and what is on screen. `update` changes it, `view` reads it; nothing else does.

use std::sync::Arc;

use ratatui::style::Style;
use tui_input::Input;

use super::exact::{Exact, forecast};
use super::follow::{Follow, Shown};
use super::msg::EXACT;
use super::screen::{clusters, data, drill, features, flow, plan, rows, step};
use super::theme::Theme;
use crate::cluster::Clustering;
use crate::error::Error;
use crate::features::Feature;
use crate::features::influence::Influence;
use crate::jobs::{Generation, Lane};
use crate::segments::cards::Kind;
use crate::segments::drill::{ClusterOf, Drill};
use crate::segments::profile::Profile;
use crate::study::Cleaned;
use crate::study::findings::{Described, KFound, Sweep};
use crate::study::history::History;
use crate::study::recipe::{DEFAULT_K, Recipe};
use crate::table::money::Currency;

/// A screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    /// Ledger and columns.
    Data,
    /// Which columns are inputs, and how.
    Features,
    /// Elbow, silhouette, table of k, verdict.
    ChooseK,
    /// Who is in the clusters.
    Clusters,
    /// A rule as a funnel, and the rows behind it.
    Drill,
    /// Recommendation cards and an audience.
    Plan,
}

impl Tab {
    /// In the order of their numbers. 5 (map) is kept for what is to come.
    pub const ALL: [Self; 6] = [Self::Data, Self::Features, Self::ChooseK, Self::Clusters, Self::Drill, Self::Plan];

    /// The number that shows it.
    pub fn number(self) -> u8 {
        match self {
            Self::Data => 1,
            Self::Features => 2,
            Self::ChooseK => 3,
            Self::Clusters => 4,
            Self::Drill => 6,
            Self::Plan => 7,
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Data => "Data",
            Self::Features => "Features",
            Self::ChooseK => "Choose k",
            Self::Clusters => "Clusters",
            Self::Drill => "Drill",
            Self::Plan => "Plan",
        }
    }

    /// The word by which a session remembers it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Data => "data",
            Self::Features => "features",
            Self::ChooseK => "choose-k",
            Self::Clusters => "clusters",
            Self::Drill => "drill",
            Self::Plan => "plan",
        }
    }

    /// The screen so many further on.
    #[must_use]
    pub fn step(self, by: usize) -> Self {
        let at = Self::ALL.iter().position(|t| *t == self).unwrap_or(0);
        Self::ALL[(at + by) % Self::ALL.len()]
    }
}

/// What runs, and how far it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Running {
    /// Its lane.
    pub lane: Lane,
    /// Its generation.
    pub generation: Generation,
    /// What it does, in a word or two.
    pub what: String,
    /// How far, 0…1, where that is known.
    pub share: Option<f32>,
}

/// Whether a recipe waits to be saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Saving {
    /// None does.
    No,
    /// One does.
    Waits,
    /// One does, and then the explorer is left.
    WaitsToQuit,
}

/// Whose the clusters on the screen are, from the least to what was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// There are none.
    Nobodys,
    /// Those of the choice before.
    Stale,
    /// Those of the choice, at a first look.
    FirstLook,
    /// Those of the choice.
    Final,
}

/// Everything.
pub struct Model {
    /// Looks.
    pub theme: Theme,
    /// Width and height of the terminal.
    pub size: (u16, u16),
    /// Everything that is chosen.
    pub recipe: Recipe,
    /// The recipes before and after it.
    pub history: History,
    /// Threads to work on; all by default.
    pub threads: Option<usize>,
    /// The features that the recipe makes of this table.
    pub features: Vec<Feature>,
    /// The table, once it is read and cleaned.
    pub cleaned: Option<Arc<Cleaned>>,
    /// The last good sweep.
    pub sweep: Option<Arc<Sweep>>,
    /// A first look at the current k of a new choice, while its sweep is under way.
    pub preview: Option<Arc<Sweep>>,
    /// First looks at further k's of the sweep that is shown, while it is under way: k and WCSS.
    pub ahead: Vec<(usize, f64)>,
    /// Whether the sweep belongs to an earlier choice.
    pub stale: bool,
    /// Whether the sweep is of rows that another cleaning left: its labels do not fit the table that is there.
    pub foreign: bool,
    /// Whether the silhouettes of the sweep are to be had from all rows.
    pub exact: Exact,
    /// The clusters of the current k by used row, for rules.
    pub clusters_of: Option<Arc<ClusterOf>>,
    /// The clustering that they are of.
    pub clusters_from: Option<Arc<Clustering>>,
    /// Colours and names of the clusters on screen.
    pub follow: Follow,
    /// A choice to go on to when the clusters of this one are known: names are to be taken there.
    pub(super) next: Option<Recipe>,
    /// Whether the recipe is to be saved when it is known which clusters have the names.
    pub(super) saving: Saving,
    /// The last good drill.
    pub drilled: Option<Arc<Drill>>,
    /// The last good plan.
    pub planned: Option<Arc<plan::Planned>>,
    /// What cannot be done, and why: shown until the next key that changes something.
    pub problem: Option<Error>,
    /// How the table is not as the recipe saw it: shown until the next key.
    pub notice: Option<String>,
    /// What was written, and where: shown until the next key.
    pub written: Option<Vec<String>>,
    /// A word about what was just done.
    pub message: Option<String>,
    /// What runs.
    pub running: Vec<Running>,
    /// Counts while something runs, for the spinner.
    pub tick: u64,
    /// Memory that earlier choices are kept in, in bytes.
    pub kept: usize,
    /// The screen that is shown.
    pub tab: Tab,
    /// Screens to go back to.
    pub trail: Vec<Tab>,
    /// First line of the help, when it is open.
    pub help: Option<usize>,
    /// The list of rows behind something, when it is open.
    pub rows: Option<rows::State>,
    /// Who goes where, when it is open.
    pub flow: Option<flow::State>,
    /// K-Means step by step, when it is open.
    pub step: Option<step::State>,
    /// What is searched in the list that is shown, while it is typed.
    pub search: Option<Input>,
    /// Screen 1.
    pub data: data::State,
    /// Screen 2.
    pub choice: features::State,
    /// Screen 4.
    pub clusters: clusters::State,
    /// Screen 6.
    pub drill: drill::State,
    /// Screen 7.
    pub plan: plan::State,
}

impl Model {
    /// Nothing read yet.
    pub fn new(start: super::Start, theme: Theme, size: (u16, u16)) -> Self {
        let opened = |mut recipe: Recipe| {
            let k = recipe.k.unwrap_or(DEFAULT_K).max(1);
            recipe.k = Some(k);
            recipe.ks.1 = recipe.ks.1.max(k);
            recipe
        };
        let (recipe, next) = match start.before {
            Some(before) => (opened(before), Some(opened(start.recipe))),
            None => (opened(start.recipe), None),
        };
        let tab = start.screen.and_then(|word| Tab::ALL.into_iter().find(|tab| tab.word() == word));
        Self {
            theme,
            size,
            follow: Follow::told(&recipe),
            recipe,
            history: History::default(),
            threads: start.threads,
            features: Vec::new(),
            cleaned: None,
            sweep: None,
            preview: None,
            ahead: Vec::new(),
            stale: false,
            foreign: false,
            exact: Exact::default(),
            clusters_of: None,
            clusters_from: None,
            next,
            saving: Saving::No,
            drilled: None,
            planned: None,
            problem: None,
            notice: None,
            written: None,
            message: None,
            running: Vec::new(),
            tick: 0,
            kept: 0,
            tab: tab.unwrap_or(Tab::ChooseK),
            trail: Vec::new(),
            help: None,
            rows: None,
            flow: None,
            step: None,
            search: None,
            data: data::State::default(),
            choice: features::State::default(),
            clusters: clusters::State::default(),
            drill: drill::State::default(),
            plan: plan::State::default(),
        }
    }

    /// The current k.
    pub fn k(&self) -> usize {
        self.recipe.k.unwrap_or(DEFAULT_K)
    }

    /// The largest k of the sweep.
    pub fn k_max(&self) -> usize {
        self.recipe.ks.1
    }

    /// The rule that counts; empty is everybody.
    pub fn rule(&self) -> &str {
        self.recipe.rule.as_deref().unwrap_or_default()
    }

    /// The table as the reports name it.
    pub fn source(&self) -> String {
        self.recipe.source.location.to_string()
    }

    /// There is a choice to go back to.
    pub fn can_undo(&self) -> bool {
        self.has_table() && self.history.steps().0 > 0
    }

    /// There is a choice that was taken back.
    pub fn can_redo(&self) -> bool {
        self.has_table() && self.history.steps().1 > 0
    }

    /// Whose the clusters on the screen are.
    pub fn standing(&self) -> Standing {
        match (self.shown(), &self.preview) {
            (None, _) => Standing::Nobodys,
            (Some(_), Some(_)) => Standing::FirstLook,
            (Some(_), None) if self.stale => Standing::Stale,
            (Some(_), None) => Standing::Final,
        }
    }

    /// The sweep that the current k is shown from, and what it found for it: a first look at a new choice
    /// comes before the last good result of the old one.
    pub fn shown(&self) -> Option<(&Sweep, &KFound)> {
        [&self.preview, &self.sweep].into_iter().flatten().find_map(|sweep| Some((&**sweep, sweep.at(self.k())?)))
    }

    /// What was found for the current k.
    pub fn found(&self) -> Option<&KFound> {
        self.shown().map(|(_, found)| found)
    }

    /// Who is in the clusters of the current k, where that is computed.
    pub fn described(&self) -> Option<&Described> {
        self.found()?.described()
    }

    /// The profiles of the current k.
    pub fn profiles(&self) -> &[Profile] {
        self.described().map_or(&[], |d| &d.profiles)
    }

    /// What colours and names say of the clusters on screen, where they are described.
    pub fn as_shown(&self) -> Option<&Shown> {
        let clustering = &self.found()?.clustering;
        self.follow.shown.as_ref().filter(|shown| shown.is(clustering))
    }

    /// What a cluster of the current k is called.
    pub fn name(&self, cluster: usize) -> &str {
        let made = || self.profiles().get(cluster).map_or("", |profile| &profile.name);
        self.as_shown().and_then(|shown| shown.name(cluster)).unwrap_or_else(made)
    }

    /// The style of a cluster of the current k, the same in every view.
    pub fn cluster_style(&self, cluster: usize) -> Style {
        let colour = self.as_shown().map_or(cluster, |shown| shown.colour(cluster));
        self.theme.palette.cluster(colour)
    }

    /// What each feature weighs in the current k.
    pub fn influence(&self) -> &[Influence] {
        self.described().map_or(&[], |d| &d.influence)
    }

    /// How pay is written.
    pub fn currency(&self) -> Currency {
        self.cleaned.as_ref().map_or(Currency::Plain(None), |c| c.table.currency)
    }

    /// Pay for the screen.
    pub fn pay(&self, value: f64) -> String {
        if self.theme.glyphs.ascii {
            crate::table::money::format_pay_ascii(value, self.currency())
        } else {
            crate::table::money::format_pay(value, self.currency())
        }
    }

    /// The largest k that the rows allow; before a sweep is there, as far as is known.
    pub fn k_possible(&self) -> usize {
        let rows = || self.cleaned.as_ref().map_or(1, |cleaned| cleaned.learners.rows());
        self.sweep.as_ref().map_or_else(rows, |s| s.prepared.matrix.distinct())
    }

    /// A table is there.
    pub fn has_table(&self) -> bool {
        self.cleaned.is_some()
    }

    /// A sweep is there.
    pub fn has_sweep(&self) -> bool {
        self.sweep.is_some()
    }

    /// Clusters of the current k are there.
    pub fn has_clusters(&self) -> bool {
        self.found().is_some()
    }

    /// Ids of learners are known.
    pub fn has_learners(&self) -> bool {
        self.cleaned.as_ref().is_some_and(|c| c.learners.learner_of.is_some())
    }

    /// The selection is in the ledger.
    pub fn in_ledger(&self) -> bool {
        self.has_table() && self.data.part == data::Part::Ledger
    }

    /// The selection is among the columns.
    pub fn in_columns(&self) -> bool {
        self.has_table() && self.data.part == data::Part::Columns
    }

    /// The selected rule of the ledger met rows.
    pub fn ledger_has_rows(&self) -> bool {
        self.in_ledger() && data::selected(self).is_some_and(|entry| !entry.rows.is_empty())
    }

    /// A learner of the list is selected.
    pub fn drill_has_rows(&self) -> bool {
        self.in_rows() && self.drilled.as_ref().is_some_and(|d| !d.list.is_empty())
    }

    /// The selection is among the rows behind the rule.
    pub fn in_rows(&self) -> bool {
        self.drill.part == drill::Part::Rows
    }

    /// The selection is among the clauses of the rule.
    pub fn in_funnel(&self) -> bool {
        self.drill.part == drill::Part::Funnel
    }

    /// The rule has clauses to go to.
    pub fn has_clauses(&self) -> bool {
        self.drilled.as_ref().is_some_and(|d| !d.funnel.clauses.is_empty())
    }

    /// The rule was put to the table.
    pub fn has_drill(&self) -> bool {
        self.drilled.is_some()
    }

    /// Everybody can be told apart by pay for experience.
    pub fn has_peers(&self) -> bool {
        self.cleaned.as_ref().is_some_and(|c| c.peers.is_some())
    }

    /// The list on top is of rows that can be sorted and searched.
    pub fn has_list(&self) -> bool {
        match &self.rows {
            Some(rows) => rows.is_list(),
            None => self.tab == Tab::Drill && self.has_drill(),
        }
    }

    /// Something lies behind the selected line of the list on top.
    pub fn list_opens(&self) -> bool {
        self.rows.as_ref().is_some_and(|rows| rows.opens(self))
    }

    /// The rule matches somebody, and is one: not everybody.
    pub fn can_plan_by_rule(&self) -> bool {
        let matches = self.drilled.as_ref().is_some_and(|d| !d.rows.is_empty());
        matches && self.drill.error.is_none() && !self.rule().trim().is_empty()
    }

    /// A plan is there.
    pub fn has_plan(&self) -> bool {
        self.planned.is_some()
    }

    /// The selection is among the cards.
    pub fn in_cards(&self) -> bool {
        self.has_plan() && self.plan.part == plan::Part::Cards
    }

    /// The selection is in the audience.
    pub fn in_audience(&self) -> bool {
        self.has_plan() && self.plan.part == plan::Part::Audience
    }

    /// There are people behind the selection of the plan, and they may be shown.
    pub fn plan_opens(&self) -> bool {
        plan::opens(self).is_ok()
    }

    /// There is an audience to choose, or something chosen that must be mended first.
    pub fn can_choose_audience(&self) -> bool {
        self.has_table() && self.planned.as_ref().is_none_or(|planned| planned.plan.audience.is_some())
    }

    /// The selected kind of card has a share of the budget.
    pub fn has_share(&self) -> bool {
        self.can_choose_audience()
            && plan::selected(self)
                .is_some_and(|kind| self.recipe.plan.wanted.mix.iter().any(|(other, _)| *other == kind))
    }

    /// The selected kind of card can have a share of the budget.
    pub fn can_share(&self) -> bool {
        self.can_choose_audience() && plan::selected(self).is_some_and(Kind::is_about_people)
    }

    /// Another screen than the features is shown.
    pub fn not_on_features(&self) -> bool {
        self.tab != Tab::Features
    }

    /// Another screen than the drill is shown.
    pub fn not_on_drill(&self) -> bool {
        self.tab != Tab::Drill
    }

    /// Another screen than the plan is shown.
    pub fn not_on_plan(&self) -> bool {
        self.tab != Tab::Plan
    }

    /// Silhouettes of the sweep are estimated and could be computed.
    pub fn can_be_exact(&self) -> bool {
        let is_estimated = |found: &KFound| {
            let silhouette = found.quality.as_ref().and_then(|quality| quality.silhouette.as_ref());
            silhouette.is_some_and(|silhouette| !silhouette.exact)
        };
        !self.stale && self.sweep.as_ref().is_some_and(|sweep| sweep.ks.iter().any(is_estimated))
    }

    /// How far the silhouettes of all rows are, or how to have them; `None` where there are none to be had.
    pub fn exact_words(&self) -> Option<String> {
        if !self.can_be_exact() {
            return None;
        }
        let runs = self.running.iter().find(|running| running.lane == EXACT);
        Some(match (runs, self.exact) {
            (Some(running), _) => running.what.clone(),
            (None, Exact::Takes(seconds)) => format!("s: {}", forecast(seconds)),
            (None, Exact::Untried) => "s measures every row".to_owned(),
            (None, Exact::Wanted { .. }) => return None,
        })
    }

    /// They could be, and nobody asked for that yet.
    pub fn can_ask_for_exact(&self) -> bool {
        self.can_be_exact() && self.exact != Exact::Wanted { asked: true }
    }

    /// A cluster is compared.
    pub fn is_comparing(&self) -> bool {
        self.has_clusters() && self.clusters.against.is_some()
    }

    /// Who goes where is open.
    pub fn has_flow(&self) -> bool {
        self.flow.is_some()
    }

    /// What is on screen is of the choice as it is, so that its starts can be stepped.
    pub fn can_step(&self) -> bool {
        self.has_clusters() && !self.foreign && (self.preview.is_some() || !self.stale)
    }

    /// What is on screen are the clusters that the choice leads to, so that they can be named.
    pub fn can_rename(&self) -> bool {
        !self.stale && !self.foreign && self.preview.is_none() && !self.profiles().is_empty()
    }

    /// How well each row fits the clusters on screen is known.
    pub fn can_list_worst_fit(&self) -> bool {
        let current = !self.stale && !self.foreign && self.preview.is_none();
        current && self.clusters_of.as_ref().is_some_and(|clusters| clusters.silhouettes.is_some())
    }

    /// Something runs in one of these lanes.
    pub fn runs_in(&self, lanes: &[Lane]) -> bool {
        self.running.iter().any(|running| lanes.contains(&running.lane))
    }

    /// Ages are made of an assumed age at graduation.
    pub fn assumes_age(&self) -> bool {
        use crate::table::age::AgeBasis::{Assumed, GraduationYear};
        let ages = self.cleaned.as_ref().and_then(|c| c.learners.ages.as_ref());
        ages.is_some_and(|ages| matches!(ages.basis, Assumed | GraduationYear))
    }

    /// Something runs.
    pub fn is_running(&self) -> bool {
        !self.running.is_empty()
    }

    /// The figures are of an earlier choice, and nothing runs that would mend it.
    pub fn was_stopped(&self) -> bool {
        self.stale && !self.is_running() && self.features.iter().any(|f| f.on)
    }

    /// Every row that is used is one learner.
    pub fn rows_are_learners(&self) -> bool {
        self.cleaned.as_ref().is_some_and(|c| c.learner_count == Some(c.learners.rows()))
    }

    /// The rows behind the rule are narrowed by a search.
    pub fn is_searched(&self) -> bool {
        self.tab == Tab::Drill && !self.drill.order.search.is_empty()
    }

    /// There is something to go back from.
    pub fn can_go_back(&self) -> bool {
        let comparing = self.tab == Tab::Clusters && self.is_comparing();
        self.help.is_some()
            || self.rows.is_some()
            || self.step.is_some()
            || self.flow.is_some()
            || comparing
            || self.is_searched()
            || !self.trail.is_empty()
    }
}
