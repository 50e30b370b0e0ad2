//! What the terminal can show, from the environment alone.

use std::str::FromStr;

/// How many colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// None: bold, reverse and underline only.
    Mono,
    /// The terminal's own sixteen.
    Ansi16,
    /// The 256-colour palette.
    Ansi256,
    /// 24 bits.
    True,
}

/// Which characters can be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Charset {
    /// Nothing beyond ASCII reaches the terminal.
    Ascii,
    /// Boxes and blocks, no braille (a font without it).
    Plain,
    /// Everything.
    Braille,
}

impl FromStr for Depth {
    type Err = String;

    /// Reads what `--color` accepts besides `auto`.
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "never" | "none" | "mono" => Ok(Self::Mono),
            "16" => Ok(Self::Ansi16),
            "256" => Ok(Self::Ansi256),
            "always" | "true" | "truecolor" => Ok(Self::True),
            _ => Err(format!("`{text}` is none of auto, never, 16, 256, true")),
        }
    }
}

impl FromStr for Charset {
    type Err = String;

    /// Reads what a glyph setting accepts besides `auto`.
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "ascii" => Ok(Self::Ascii),
            "plain" => Ok(Self::Plain),
            "braille" | "unicode" => Ok(Self::Braille),
            _ => Err(format!("`{text}` is none of auto, ascii, plain, braille")),
        }
    }
}

/// What was said on the command line; it wins over the environment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// `--color`
    pub depth: Option<Depth>,
    /// `--ascii` and its like
    pub charset: Option<Charset>,
}

/// What we may send, and how often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// Colours.
    pub depth: Depth,
    /// Characters.
    pub charset: Charset,
    /// Whether the terminal is at the other end of SSH.
    pub ssh: bool,
    /// Whether tmux stands between.
    pub tmux: bool,
    /// Most frames a second for changes that no key caused.
    pub frames_per_second: u32,
}

impl Capabilities {
    /// From the environment of this process.
    pub fn detect(wishes: Wishes) -> Self {
        Self::from_variables(wishes, |name| std::env::var(name).ok())
    }

    /// From any environment. An empty variable counts as unset, as the conventions for `NO_COLOR` and the
    /// locale have it.
    pub fn from_variables(wishes: Wishes, variable: impl Fn(&str) -> Option<String>) -> Self {
        let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
        let term = variable("TERM").unwrap_or_default();
        let ssh = ["SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"].iter().any(|name| variable(name).is_some());
        Self {
            depth: wishes.depth.unwrap_or_else(|| depth(&term, &variable)),
            charset: wishes.charset.unwrap_or_else(|| charset(&term, &variable)),
            ssh,
            tmux: variable("TMUX").is_some() || term.starts_with("tmux"),
            frames_per_second: if ssh { 12 } else { 30 },
        }
    }
}

fn depth(term: &str, variable: &impl Fn(&str) -> Option<String>) -> Depth {
    if variable("NO_COLOR").is_some() || ["", "dumb"].contains(&term) || term.starts_with("vt") {
        return Depth::Mono;
    }
    if term == "linux" {
        return Depth::Ansi16;
    }
    let named_256 = term.contains("256color");
    // GNU screen hands COLORTERM through from outside but garbles 24-bit colours itself.
    if variable("STY").is_some() && variable("TMUX").is_none() {
        return if named_256 { Depth::Ansi256 } else { Depth::Ansi16 };
    }
    let says_true = variable("COLORTERM").is_some_and(|value| ["truecolor", "24bit"].contains(&value.as_str()));
    let known_true = ["-direct", "kitty", "alacritty", "ghostty", "wezterm", "foot"];
    if says_true || variable("WT_SESSION").is_some() || known_true.iter().any(|name| term.contains(name)) {
        Depth::True
    } else if named_256 {
        Depth::Ansi256
    } else {
        Depth::Ansi16
    }
}

fn charset(term: &str, variable: &impl Fn(&str) -> Option<String>) -> Charset {
    // The console's font has 256 or 512 characters, no braille among them.
    if ["linux", "dumb"].contains(&term) || term.starts_with("vt") {
        return Charset::Ascii;
    }
    // The first that is set decides, as in setlocale(3).
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| variable(name)).unwrap_or_default();
    let locale = locale.to_ascii_lowercase();
    if locale.contains("utf-8") || locale.contains("utf8") { Charset::Braille } else { Charset::Ascii }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(variables: &[(&str, &str)]) -> Capabilities {
        wished(Wishes::default(), variables)
    }

    fn wished(wishes: Wishes, variables: &[(&str, &str)]) -> Capabilities {
        Capabilities::from_variables(wishes, |name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn colours_by_environment() {
        for (variables, expected) in [
            (&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")][..], Depth::True),
            (&[("TERM", "xterm-256color")], Depth::Ansi256),
            (&[("TERM", "xterm")], Depth::Ansi16),
            (&[("TERM", "linux"), ("COLORTERM", "truecolor")], Depth::Ansi16),
            (&[("TERM", "xterm-kitty")], Depth::True),
            (&[("TERM", "dumb")], Depth::Mono),
            (&[], Depth::Mono),
            (&[("TERM", "xterm-256color"), ("NO_COLOR", "1")], Depth::Mono),
            (&[("TERM", "xterm-256color"), ("NO_COLOR", "")], Depth::Ansi256),
            (&[("TERM", "screen-256color"), ("STY", "1.pts"), ("COLORTERM", "truecolor")], Depth::Ansi256),
            (&[("TERM", "screen-256color"), ("TMUX", "/tmp/x"), ("COLORTERM", "truecolor")], Depth::True),
        ] {
            assert_eq!(seen(variables).depth, expected, "{variables:?}");
        }
    }

    #[test]
    fn characters_by_locale() {
        for (variables, expected) in [
            (&[("LANG", "en_IN.UTF-8"), ("TERM", "xterm")][..], Charset::Braille),
            (&[("LANG", "en_IN.UTF-8"), ("LC_ALL", "C"), ("TERM", "xterm")], Charset::Ascii),
            (&[("LC_ALL", ""), ("LC_CTYPE", "C.utf8"), ("TERM", "xterm")], Charset::Braille),
            (&[("LANG", "en_IN.UTF-8"), ("TERM", "linux")], Charset::Ascii),
            (&[("TERM", "xterm")], Charset::Ascii),
        ] {
            assert_eq!(seen(variables).charset, expected, "{variables:?}");
        }
    }

    #[test]
    fn wishes_win() {
        let wishes = Wishes { depth: Some(Depth::True), charset: Some(Charset::Plain) };
        let got = wished(wishes, &[("NO_COLOR", "1"), ("TERM", "dumb")]);
        assert_eq!((got.depth, got.charset), (Depth::True, Charset::Plain));
        assert_eq!("256".parse(), Ok(Depth::Ansi256));
        assert!("many".parse::<Depth>().is_err());
    }

    #[test]
    fn ssh_slows_the_frames_down() {
        assert_eq!(seen(&[]).frames_per_second, 30);
        let far = seen(&[("SSH_CONNECTION", "10.0.0.1 5 10.0.0.2 22"), ("TMUX", "/tmp/x,1,0")]);
        assert_eq!((far.frames_per_second, far.ssh, far.tmux), (12, true, true));
    }
}
