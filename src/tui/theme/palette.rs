//! The colours and attributes.
//!
//! The terminal's own background and text colour are kept, so light and dark both work: every colour here
//! has a contrast of at least 2.6 against white and against black. Without colours the same roles are told
//! apart by bold, reverse and underline.

use ratatui::style::{Color, Modifier, Style};

use crate::tui::term::capabilities::Depth;

/// One accent for the program; none of the clusters has it.
const ACCENT: Rgb = (0, 135, 175);
const GREY: Rgb = (128, 128, 128);
const WARN: Rgb = (200, 95, 0);
const GOOD: Rgb = (0, 135, 60);

/// Cluster colours, chosen by search: largest least distance in OKLab as seen by normal, protan, deutan and
/// tritan eyes (Machado et al. 2009), the first five furthest apart. Past twelve they repeat; a cluster's
/// number always stands beside its colour.
const CLUSTERS: [Rgb; 12] = [
    (45, 120, 210),
    (225, 0, 0),
    (0, 180, 165),
    (165, 15, 120),
    (255, 120, 60),
    (150, 150, 240),
    (75, 30, 255),
    (180, 90, 120),
    (45, 120, 45),
    (210, 30, 180),
    (210, 135, 120),
    (210, 60, 255),
];

/// The same order where the terminal has sixteen colours of its own.
const CLUSTERS_16: [Color; 12] = [
    Color::Blue,
    Color::Red,
    Color::Cyan,
    Color::Magenta,
    Color::Yellow,
    Color::Green,
    Color::LightBlue,
    Color::LightRed,
    Color::LightCyan,
    Color::LightMagenta,
    Color::LightYellow,
    Color::LightGreen,
];

/// Attributes that tell clusters apart without colour. Reverse is kept for what is selected.
const CLUSTERS_MONO: [Modifier; 4] =
    [Modifier::empty(), Modifier::BOLD, Modifier::UNDERLINED, Modifier::BOLD.union(Modifier::UNDERLINED)];

type Rgb = (u8, u8, u8);

/// A style for every role. `text` is the terminal's own.
#[derive(Clone, Debug)]
pub struct Palette {
    /// Ordinary text.
    pub text: Style,
    /// What stands back: borders, stale figures, units, the band.
    pub dim: Style,
    /// The accent: the curve, the current tab, keys in the footer.
    pub accent: Style,
    /// Titles of panels and columns.
    pub title: Style,
    /// The row or field that keys act on.
    pub selected: Style,
    /// A caveat or a failure; an exclamation mark stands beside it.
    pub warn: Style,
    /// A check that holds.
    pub good: Style,
    clusters: [Style; 12],
}

impl Palette {
    /// The palette for so many colours.
    pub fn new(depth: Depth) -> Self {
        let plain = Style::new();
        let selected = plain.add_modifier(Modifier::REVERSED);
        let title = plain.add_modifier(Modifier::BOLD);
        match depth {
            Depth::Mono => Self {
                text: plain,
                dim: plain.add_modifier(Modifier::DIM),
                accent: plain.add_modifier(Modifier::BOLD),
                title,
                selected,
                warn: plain.add_modifier(Modifier::BOLD | Modifier::UNDERLINED),
                good: plain,
                clusters: std::array::from_fn(|i| plain.add_modifier(CLUSTERS_MONO[i % CLUSTERS_MONO.len()])),
            },
            Depth::Ansi16 => Self {
                text: plain,
                dim: plain.add_modifier(Modifier::DIM),
                accent: plain.fg(Color::Cyan),
                title,
                selected,
                warn: plain.fg(Color::Red).add_modifier(Modifier::BOLD),
                good: plain.fg(Color::Green),
                clusters: CLUSTERS_16.map(|colour| plain.fg(colour)),
            },
            Depth::Ansi256 | Depth::True => {
                let style = |colour| plain.fg(if depth == Depth::True { exact(colour) } else { nearest(colour) });
                Self {
                    text: plain,
                    dim: style(GREY),
                    accent: style(ACCENT),
                    title,
                    selected,
                    warn: style(WARN).add_modifier(Modifier::BOLD),
                    good: style(GOOD),
                    clusters: CLUSTERS.map(style),
                }
            }
        }
    }

    /// The style of a cluster, the same in every view.
    pub fn cluster(&self, cluster: usize) -> Style {
        self.clusters[cluster % self.clusters.len()]
    }
}

fn exact((red, green, blue): Rgb) -> Color {
    Color::Rgb(red, green, blue)
}

/// The nearest of the 6×6×6 cube and the grey ramp. The first sixteen are the user's own and left out.
fn nearest((red, green, blue): Rgb) -> Color {
    const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    let distance = |colour: Rgb| {
        let part = |a: u8, b: u8| (i32::from(a) - i32::from(b)).pow(2);
        part(colour.0, red) + part(colour.1, green) + part(colour.2, blue)
    };
    let cube = (0..216_u8).map(|i| {
        let level = |step: u8| LEVELS[usize::from(step % 6)];
        (16 + i, (level(i / 36), level(i / 6), level(i)))
    });
    let greys = (0..24_u8).map(|i| (232 + i, (8 + 10 * i, 8 + 10 * i, 8 + 10 * i)));
    let best = cube.chain(greys).min_by_key(|(_, colour)| distance(*colour));
    Color::Indexed(best.map_or(16, |(index, _)| index))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn linear(colour: Rgb) -> [f64; 3] {
        [colour.0, colour.1, colour.2].map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        })
    }

    fn times(matrix: [[f64; 3]; 3], colour: [f64; 3]) -> [f64; 3] {
        matrix.map(|row| row.iter().zip(colour).map(|(a, b)| a * b).sum())
    }

    fn oklab(colour: [f64; 3]) -> [f64; 3] {
        let cones = times(
            [
                [0.412_221_470_8, 0.536_332_536_3, 0.051_445_992_9],
                [0.211_903_498_2, 0.680_699_545_1, 0.107_396_956_6],
                [0.088_302_461_9, 0.281_718_837_6, 0.629_978_700_5],
            ],
            colour.map(|part| part.clamp(0.0, 1.0)),
        )
        .map(f64::cbrt);
        times(
            [
                [0.210_454_255_3, 0.793_617_785_0, -0.004_072_046_8],
                [1.977_998_495_1, -2.428_592_205_0, 0.450_593_709_9],
                [0.025_904_037_1, 0.782_771_766_2, -0.808_675_766_0],
            ],
            cones,
        )
    }

    /// Least distance of two colours over the three colour-blind eyes (Machado et al. 2009, severity 1).
    fn distance(a: Rgb, b: Rgb) -> f64 {
        const EYES: [[[f64; 3]; 3]; 3] = [
            [
                [0.152_286, 1.052_583, -0.204_868],
                [0.114_503, 0.786_281, 0.099_216],
                [-0.003_882, -0.048_116, 1.051_998],
            ],
            [[0.367_322, 0.860_646, -0.227_968], [0.280_085, 0.672_501, 0.047_413], [-0.011_820, 0.042_940, 0.968_881]],
            [
                [1.255_528, -0.076_749, -0.178_779],
                [-0.078_411, 0.930_809, 0.147_602],
                [0.004_733, 0.691_367, 0.303_900],
            ],
        ];
        let seen = |eye, colour| oklab(times(eye, linear(colour)));
        EYES.iter()
            .map(|&eye| {
                let (a, b) = (seen(eye, a), seen(eye, b));
                a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
            })
            .fold(f64::INFINITY, f64::min)
    }

    #[test]
    fn every_colour_is_readable_on_white_and_on_black() {
        for colour in CLUSTERS.into_iter().chain([ACCENT, GREY, WARN, GOOD]) {
            let [red, green, blue] = linear(colour);
            let light = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
            assert!(1.05 / (light + 0.05) > 2.6, "{colour:?} on white");
            assert!((light + 0.05) / 0.05 > 2.6, "{colour:?} on black");
        }
    }

    #[test]
    fn clusters_are_told_apart_by_colour_blind_eyes() {
        for (i, &a) in CLUSTERS.iter().enumerate() {
            for (j, &b) in CLUSTERS.iter().enumerate().take(i) {
                let least = if i < 5 { 0.1 } else { 0.05 };
                assert!(distance(a, b) > least, "{i} {j} {}", distance(a, b));
            }
        }
    }

    #[test]
    fn no_two_clusters_share_a_colour_at_any_depth() {
        for depth in [Depth::Ansi16, Depth::Ansi256, Depth::True] {
            let palette = Palette::new(depth);
            let colours: BTreeSet<String> = (0..12).map(|i| format!("{:?}", palette.cluster(i).fg)).collect();
            assert_eq!(colours.len(), 12, "{depth:?}");
            assert!((0..12).all(|i| palette.cluster(i).fg != palette.accent.fg || depth == Depth::Ansi16));
        }
    }

    #[test]
    fn no_style_sets_a_background_and_mono_sets_no_colour() {
        for depth in [Depth::Mono, Depth::Ansi16, Depth::Ansi256, Depth::True] {
            let palette = Palette::new(depth);
            let roles = [palette.text, palette.dim, palette.accent, palette.title, palette.selected, palette.warn];
            for style in roles.into_iter().chain((0..99).map(|i| palette.cluster(i))) {
                assert_eq!(style.bg, None);
                assert!(depth != Depth::Mono || style.fg.is_none());
            }
            let distinct: BTreeSet<String> =
                [palette.text, palette.dim, palette.accent, palette.selected, palette.warn]
                    .map(|style| format!("{style:?}"))
                    .into();
            assert_eq!(distinct.len(), 5, "roles are told apart at {depth:?}");
        }
    }

    #[test]
    fn nearest_keeps_the_cube_exact() {
        assert_eq!(nearest((255, 0, 0)), Color::Indexed(196));
        assert_eq!(nearest((128, 128, 128)), Color::Indexed(244));
    }
}
