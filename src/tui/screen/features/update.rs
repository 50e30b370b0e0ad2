//! Keys of screen 2.

use crate::features::defaults::BLOCK_LEVELS;
use crate::features::{Encoding, Feature, Missing, Scale, Transform};
use crate::study::recipe::Inputs;
use crate::tui::keys::Action;
use crate::tui::model::Model;
use crate::tui::msg::Effect;
use crate::tui::update::refit;

/// Share of rows that winsorising pulls in at each end.
const WINSORISE: f64 = 0.01;
/// Bounds of a weight.
const WEIGHTS: (f64, f64) = (0.25, 8.0);

/// Does what a key of this screen means.
pub fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let height = super::view::list_height(model);
    let count = model.features.len();
    if model.choice.cursor.act(action, count, height) {
        return Vec::new();
    }
    if action == Action::Defaults {
        let Some(cleaned) = &model.cleaned else { return Vec::new() };
        model.features = cleaned.features.clone();
        return chosen(model);
    }
    let Some(feature) = model.features.get_mut(model.choice.cursor.at) else { return Vec::new() };
    if action == Action::Toggle {
        feature.on = !feature.on;
        if let Some(feature) = model.features.get(model.choice.cursor.at).filter(|feature| feature.on)
            && super::view::is_assumed(model, feature)
        {
            model.message = Some(format!("! {} is experience again", feature.column));
        }
        return chosen(model);
    }
    let before = feature.clone();
    let refused = change(feature, action);
    if let Some(why) = refused {
        model.message = Some(why.to_owned());
    }
    let (same, on) = (*feature == before, feature.on);
    let effects = if same { Vec::new() } else { chosen(model) };
    // A column that is off can be prepared without a fit.
    if on { effects } else { Vec::new() }
}

/// The features on screen are what the recipe says now.
fn chosen(model: &mut Model) -> Vec<Effect> {
    let Some(cleaned) = &model.cleaned else { return Vec::new() };
    model.recipe.features = Inputs::of(&model.features, &cleaned.features);
    model.recipe.scale = None;
    refit(model)
}

/// Changes one feature; says why where the key cannot.
fn change(feature: &mut Feature, action: Action) -> Option<&'static str> {
    let numeric = feature.encoding == Encoding::Numeric;
    match action {
        Action::Transform if numeric => {
            feature.transform = match feature.transform {
                Transform::None => Transform::Log1p,
                Transform::Log1p => Transform::None,
            };
        }
        Action::Winsorise if numeric => {
            feature.winsorise = if feature.winsorise.is_some() { None } else { Some(WINSORISE) };
        }
        Action::Scale => {
            let at = Scale::ALL.iter().position(|s| *s == feature.scale).unwrap_or(0);
            feature.scale = Scale::ALL[(at + 1) % Scale::ALL.len()];
        }
        Action::Heavier => feature.weight = (feature.weight * 2.0).min(WEIGHTS.1),
        Action::Lighter => feature.weight = (feature.weight / 2.0).max(WEIGHTS.0),
        Action::Transform => {
            feature.encoding = match feature.encoding {
                Encoding::Frequency => Encoding::OneHot { levels: BLOCK_LEVELS },
                _ => Encoding::Frequency,
            };
        }
        Action::Missing => {
            feature.missing = match (feature.missing, numeric) {
                (Missing::Median, _) | (Missing::MostFrequent, false) => Missing::Drop,
                (_, true) => Missing::Median,
                (Missing::OwnCategory, false) => Missing::MostFrequent,
                (Missing::Drop, false) => Missing::OwnCategory,
            };
        }
        Action::Winsorise => return Some("a category has no tails to winsorise"),
        _ => {}
    }
    None
}
