use proptest::prelude::*;

use super::*;
use crate::features::{Encoding, Missing, Transform};
use crate::quality::structure::Ungrouped;
use crate::segments::audience::Wanted;
use crate::segments::cards::Kind;
use crate::source::Location;
use crate::table::cleaning::Entity;
use crate::table::experience::Reference;
use crate::table::ledger::Rule;
use crate::table::money::Currency;
use crate::table::role::Role;

fn refused(text: &str) -> String {
    let error = Recipe::parse(text, "r.toml").unwrap_err();
    assert_eq!(error.exit_code(), 3);
    assert!(error.hint().is_some(), "{error}");
    error.to_string()
}

#[test]
fn nothing_said_is_the_default() {
    assert_eq!(Recipe::parse("", "r.toml").unwrap(), Recipe::default());
    assert_eq!(Recipe::parse("version = 1\n# a word\n", "r.toml").unwrap(), Recipe::default());
}

#[test]
fn written_by_hand() {
    let recipe = Recipe::parse(
        r#"
        k = 3
        rule = "pay < p25"
        features = ["pay", "experience"]
        pay_unit = "lakh"
        currency = "$"
        [source]
        file = "learners.csv"
        [roles]
        "Annual pay" = "pay"
        [cleaning]
        entity = "max-pay"
        switch = ["missing-job"]
        "#,
        "r.toml",
    )
    .unwrap();
    assert_eq!(recipe.k, Some(3));
    assert_eq!(recipe.features, Inputs::Named(vec!["pay".to_owned(), "experience".to_owned()]));
    assert_eq!(recipe.roles.roles, [("Annual pay".to_owned(), Role::Pay)]);
    assert_eq!((recipe.roles.pay_unit, recipe.roles.currency), (Some(1e5), Some(Currency::Plain(Some('$')))));
    assert_eq!(recipe.source.location, Location::Path("learners.csv".into()));
    assert_eq!(recipe.cleaning.entity, Entity::MaxPay);
    assert!(recipe.cleaning.flipped.contains(&Rule::MissingJob));
    assert_eq!((recipe.seed, recipe.starts, recipe.ks), (0, 10, (1, 12)));
}

#[test]
fn a_feature_says_only_what_is_not_as_it_suits_the_column() {
    let recipe = Recipe::parse(
        "[features.ctc]\nweight = 2\n[features.\"job title\"]\nencoding = \"one-hot\"\nlevels = 5\n",
        "r.toml",
    )
    .unwrap();
    let Inputs::Chosen(choices) = &recipe.features else { panic!("{recipe:?}") };
    assert_eq!(choices[0], Choice { weight: Some(2.0), ..Choice::named("ctc") });
    assert_eq!(choices[1].column, "job title");
    assert_eq!(choices[1].encoding, Some(Encoding::OneHot { levels: 5 }));
}

#[test]
fn complaints_name_file_line_column_value_and_what_to_try() {
    let says = |text: &str, words: &[&str]| {
        let error = refused(text);
        for word in words {
            assert!(error.contains(word), "{text:?}: {error:?} lacks {word:?}");
        }
    };
    says("k = 4\nsed = 1\n", &["r.toml, line 2, column 1", "unknown key 'sed'", "try: 'seed'"]);
    says("k = 4\nstarts = 0\n", &["r.toml, line 2, column 10", "starts = 0", "1 to 10000"]);
    says("k = \"ä\" # €\nstarts = 0", &["line 1, column 5", "k = \"ä\"", "no whole number"]);
    says("[features.ctc]\nscale = \"standart\"\n", &["line 2, column 9", "\"standart\"", "try: \"standard\""]);
    says("[features.ctc]\nwieght = 2\n", &["line 2, column 1", "'weight'", "[features.ctc]"]);
    says("[features.ctc]\nweight = -2.5\n", &["weight = -2.5", "above 0"]);
    says("[features.ctc]\nlevels = 3\n", &["one-hot"]);
    says("[roles]\nctc = \"pai\"\n", &["line 2", "ctc = \"pai\"", "\"pay\""]);
    says("[cleaning]\nswitch = [\"missing-job\", \"mising-words\"]", &["column 26", "\"missing-words\""]);
    says("[cleaning]\nyears = [2025, 1970]", &["no range"]);
    says("rule = pay < 3\n", &["line 1, column", "quotes"]);
    says("k = 1\nk = 2\n", &["line 2", "duplicate"]);
    says("version = 9\n", &["version = 9", "newer kscope"]);
    says("k_min = 5\nk_max = 3\n", &["line 2", "below k_min"]);
    says("features = []\n", &["names no column"]);
    says("[cleaning]\ngraduation_age = 3\n", &["graduation_age = 3", "14 to 60"]);
    says("[cleaning]\nmin_peers = 0\n", &["min_peers = 0", "out of bounds"]);
    says("[names]\nfirst = \"x\"\n", &["line 2", "names no cluster"]);
    says("seed = 1.5\n", &["no whole number"]);
    says("seed = -1\n", &["out of bounds"]);
    says("seed = 18446744073709551616\n", &["out of bounds"]);
}

#[test]
fn what_is_written_is_what_is_documented() {
    let mut recipe = Recipe { k: Some(4), rule: Some("job = \"a\"".to_owned()), ..Recipe::default() };
    recipe.source.location = Location::Path("data/x.csv".into());
    recipe.source.seen =
        Some(Seen { fingerprint: "00ff".to_owned(), rows: Some(2), columns: vec!["ctc".to_owned(), "a b".to_owned()] });
    recipe.features = Inputs::Chosen(vec![Choice { weight: Some(2.0), ..Choice::named("a b") }]);
    let wanted = r#"version = 1
k = 4
k_min = 1
k_max = 12
seed = 0
starts = 10
engine = "kscope"
silhouette = "auto"
reference = "copula"
rule = "job = \"a\""

[source]
file = "data/x.csv"
fingerprint = "00ff"
rows = 2
columns = ["ctc", "a b"]

[cleaning]
raw = false
entity = "latest"
years = [1970, 2025]
graduation_age = 22.0
min_peers = 5

[features."a b"]
on = true
weight = 2.0
"#;
    assert_eq!(recipe.to_toml().unwrap(), wanted);
}

#[test]
fn what_is_documented_is_read() {
    let page = include_str!("../../../docs/RECIPE.md");
    let blocks: Vec<&str> = page.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(blocks.len(), 2);
    let recipe = Recipe::parse(blocks[0], "docs/RECIPE.md").unwrap();
    assert_eq!((recipe.k, recipe.source.delimiter), (Some(4), Some(b';')));
    Recipe::parse(blocks[1], "docs/RECIPE.md").unwrap();
    // Nothing that the program writes is undocumented.
    let mut full = recipe;
    full.features = Recipe::parse(blocks[1], "docs/RECIPE.md").unwrap().features;
    for part in full.parts().unwrap() {
        for (key, _) in part.keys {
            assert!(page.contains(&key), "{key}");
        }
    }
}

/// Text with everything that could trip a quoting.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z_]{1,8}", "\\PC{1,12}", "[\"'\\\\\n\t\r#=\\[\\]. \u{1b}\u{7f}\u{85}\u{202e}]{1,6}"]
}

/// What a cluster may be called: not nothing, and no space about it.
fn any_name() -> impl Strategy<Value = String> {
    any_text().prop_map(|text| text.trim().to_owned()).prop_filter("no name", |text| !text.is_empty())
}

fn any_of<T: Copy + std::fmt::Debug + 'static>(all: &[T]) -> impl Strategy<Value = T> + use<T> {
    prop::sample::select(all.to_vec())
}

fn any_choice() -> impl Strategy<Value = Choice> {
    let encoding = prop_oneof![
        Just(Encoding::Numeric),
        (1usize..10_000).prop_map(|levels| Encoding::OneHot { levels }),
        Just(Encoding::Frequency)
    ];
    (
        any_text(),
        any::<bool>(),
        prop::option::of(encoding),
        prop::option::of(any_of(&Missing::ALL)),
        prop::option::of(any_of(&[Transform::None, Transform::Log1p])),
        prop::option::of(1e-9f64..0.499),
        prop::option::of(any_of(&Scale::ALL)),
        prop::option::of(prop_oneof![Just(1.0), 1e-300f64..1e300]),
    )
        .prop_map(|(column, on, encoding, missing, transform, winsorise, scale, weight)| Choice {
            column,
            on,
            encoding,
            missing,
            transform,
            winsorise,
            scale,
            weight,
        })
}

/// A list in which no two share a key.
fn distinct<T>(mut list: Vec<T>, key: impl Fn(&T) -> String) -> Vec<T> {
    let mut seen = std::collections::BTreeSet::new();
    list.retain(|item| seen.insert(key(item)));
    list
}

fn any_inputs() -> impl Strategy<Value = Inputs> {
    prop_oneof![
        Just(Inputs::Default),
        prop::collection::vec(any_text(), 1..4).prop_map(Inputs::Named),
        prop::collection::vec(any_choice(), 1..4)
            .prop_map(|list| Inputs::Chosen(distinct(list, |choice| choice.column.clone())))
    ]
}

fn any_source() -> impl Strategy<Value = Source> {
    let location = prop_oneof![
        Just(Location::Sample),
        Just(Location::Stdin),
        any_text().prop_filter("standard input", |t| t != "-").prop_map(|t| Location::Path(t.into()))
    ];
    let seen = ("[0-9a-f]{16}", prop::option::of(0usize..1 << 32), prop::collection::vec(any_text(), 0..4))
        .prop_map(|(fingerprint, rows, columns)| Seen { fingerprint, rows, columns });
    (location, prop::option::of(any_of(b",;\t|\"")), prop::option::of(seen))
        .prop_map(|(location, delimiter, seen)| Source { location, delimiter, seen, folder: None })
}

fn any_roles() -> impl Strategy<Value = RoleChoices> {
    let currency = prop_oneof![
        Just(Currency::Rupee),
        Just(Currency::Plain(None)),
        any::<char>().prop_filter("the rupee's", |c| *c != '₹').prop_map(|c| Currency::Plain(Some(c)))
    ];
    (
        prop::collection::vec((any_text(), any_of(&Role::ALL.map(|(role, _)| role))), 0..4),
        prop::option::of(prop_oneof![Just(1e5), Just(1.0), 1e-3f64..1e9]),
        prop::option::of(currency),
    )
        .prop_map(|(roles, pay_unit, currency)| RoleChoices {
            roles: distinct(roles, |(column, _)| column.clone()),
            pay_unit,
            currency,
        })
}

fn any_cleaning() -> impl Strategy<Value = Cleaning> {
    (
        prop::collection::btree_set(any_of(&Rule::ALL), 0..9),
        any_of(&[Entity::Latest, Entity::MaxPay, Entity::All]),
        (-9_999i32..0, 0..9_999i32),
        prop::option::of(1900i32..2100),
        any::<bool>(),
        (14.0f64..=60.0, 1usize..=1_000_000),
    )
        .prop_map(|(flipped, entity, years, reference, raw, (graduation_age, min_peers))| Cleaning {
            flipped,
            entity,
            years,
            reference: reference.map_or(Reference::PayYear, Reference::Year),
            raw,
            graduation_age,
            min_peers,
        })
}

fn any_plan() -> impl Strategy<Value = PlanChoices> {
    let kinds: Vec<Kind> = Kind::ALL.into_iter().filter(|kind| kind.is_about_people()).collect();
    (
        1usize..1 << 20,
        prop::collection::vec((any_of(&kinds), 0.5f64..100.0), 1..4),
        (0.001f64..1.0, 0.001f64..1.0),
        prop::option::of(any_text()),
        prop::option::of(any_text()),
    )
        .prop_map(|(budget, mix, (company_cap, role_cap), rule, exclude)| PlanChoices {
            wanted: Wanted { budget, mix: distinct(mix, |(kind, _)| kind.to_string()), company_cap, role_cap },
            rule,
            exclude: exclude.map(Into::into),
        })
}

prop_compose! {
    fn any_recipe()(
        source in any_source(),
        roles in any_roles(),
        cleaning in any_cleaning(),
        features in any_inputs(),
        scale in prop::option::of(any_of(&Scale::ALL)),
        (k, from, more) in (prop::option::of(1usize..65_000), 1usize..100, 0usize..100),
        (seed, starts) in (any::<u64>(), 1u32..=10_000),
        engine in any_of(&[Engine::Kscope, Engine::Linfa]),
        silhouette in any_of(&[quality::Mode::Auto, quality::Mode::Exact]),
        (rule, reference) in (prop::option::of(prop_oneof![Just(String::new()), any_text()]), any_of(&Ungrouped::ALL)),
        (names, plan) in (prop::collection::btree_map(0usize..100, any_name(), 0..3), any_plan()),
    ) -> Recipe {
        let ks = (from, from + more);
        Recipe { source, roles, cleaning, features, scale, k, ks, seed, starts, engine, silhouette, reference, rule, names, plan }
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(recipe in any_recipe()) {
        let text = recipe.to_toml().unwrap();
        let again = Recipe::parse(&text, "r.toml").unwrap_or_else(|e| panic!("{e}\n{text}"));
        prop_assert_eq!(&again, &recipe, "{}", text);
        prop_assert_eq!(again.to_toml().unwrap(), text);
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "\\PC{0,80}", cut in 0usize..600, recipe in any_recipe()) {
        let _ = Recipe::parse(&text, "r.toml");
        let mut whole = recipe.to_toml().unwrap();
        let mut cut = cut.min(whole.len());
        while !whole.is_char_boundary(cut) {
            cut -= 1;
        }
        whole.truncate(cut);
        let _ = Recipe::parse(&(whole + &text), "r.toml");
    }
}
