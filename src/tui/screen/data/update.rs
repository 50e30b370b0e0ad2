//! Keys of screen 1.

use std::sync::Arc;

use super::{Part, selected};
use crate::table::cleaning::Entity;
use crate::table::number::parse_number;
use crate::table::role::Role;
use crate::tui::exact::Exact;
use crate::tui::keys::Action;
use crate::tui::model::Model;
use crate::tui::msg::Effect;
use crate::tui::screen::rows;

/// Does what a key of this screen means.
pub fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let Some(cleaned) = model.cleaned.clone() else { return Vec::new() };
    let (ledger_height, columns_height) = super::view::heights(model);
    let moved = match model.data.part {
        Part::Ledger => model.data.ledger.act(action, cleaned.learners.ledger.entries.len(), ledger_height),
        Part::Columns => model.data.columns.act(action, cleaned.learners.columns.len(), columns_height),
    };
    if moved {
        return Vec::new();
    }
    match action {
        Action::OtherPart => {
            model.data.part = if model.data.part == Part::Ledger { Part::Columns } else { Part::Ledger };
            Vec::new()
        }
        Action::Toggle => {
            let Some(rule) = selected(model).map(|entry| entry.rule) else { return Vec::new() };
            let flipped = &mut model.recipe.cleaning.flipped;
            if !flipped.remove(&rule) {
                flipped.insert(rule);
            }
            clean(model)
        }
        Action::Entity => {
            let entity = &mut model.recipe.cleaning.entity;
            *entity = match entity {
                Entity::Latest => Entity::MaxPay,
                Entity::MaxPay => Entity::All,
                Entity::All => Entity::Latest,
            };
            model.message = Some(format!("one row per learner: {}", entity.word()));
            clean(model)
        }
        Action::Role => role(model),
        Action::Open => {
            open(model);
            Vec::new()
        }
        _ => Vec::new(),
    }
}

/// The table as the recipe has it now.
pub fn clean(model: &mut Model) -> Vec<Effect> {
    // It is given up for this.
    model.exact = Exact::Untried;
    let cleaned = model.cleaned.iter();
    let recipe = &model.recipe;
    cleaned.map(|c| Effect::Clean(Arc::clone(c), recipe.roles.clone(), recipe.cleaning.clone())).collect()
}

/// Gives the selected column the next role that its content allows.
fn role(model: &mut Model) -> Vec<Effect> {
    let Some(cleaned) = model.cleaned.clone() else { return Vec::new() };
    let Some(column) = cleaned.learners.columns.get(model.data.columns.at) else { return Vec::new() };
    if column.derived {
        model.message = Some(format!("{} is made from other columns: change their roles", column.name));
        return Vec::new();
    }
    // A column that was made a category is read as numbers again where its levels are numbers.
    let numeric = column.categories().is_none_or(|text| {
        let known = text.levels.iter().take(50).map(|level| parse_number(level).value());
        !text.levels.is_empty() && known.into_iter().all(|value| value.is_some())
    });
    let fits = |role: &Role| numeric || !role.is_numeric();
    let roles: Vec<Role> = Role::ALL.iter().map(|(role, _)| *role).filter(fits).collect();
    let at = roles.iter().position(|r| *r == column.role).unwrap_or(0);
    let next = roles[(at + 1) % roles.len()];
    model.recipe.roles.roles.retain(|(name, _)| *name != column.name);
    model.recipe.roles.roles.push((column.name.clone(), next));
    model.message = Some(format!("{}: {next}", column.name));
    clean(model)
}

fn open(model: &mut Model) {
    let Some(entry) = selected(model).filter(|entry| !entry.rows.is_empty()) else { return };
    let title = format!("Source rows: {}", entry.label);
    model.rows = Some(rows::State::list(title, rows::Of::Source, Arc::clone(&entry.rows)));
}
