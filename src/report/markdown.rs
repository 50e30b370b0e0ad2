//! A report as Markdown for a wiki: tables and lists, no HTML.

use std::fmt::Write as _;

use super::story::{Block, Entry, Story, Table};
use super::text::Align;

/// Text for Markdown: nothing in it is markup, neither of Markdown nor of HTML.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let text = crate::source::escape(text);
    let digit = |c: char| c.is_ascii_digit();
    for (i, c) in text.char_indices() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' | '#' => out.extend(['\\', c]),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // At the start of a line these make lists and rules.
            '-' | '+' | '=' if i == 0 => out.extend(['\\', c]),
            // `1.` begins a list.
            '.' | ')'
                if i > 0 && text[..i].bytes().all(|b| b.is_ascii_digit()) && !text[i + 1..].starts_with(digit) =>
            {
                out.extend(['\\', c]);
            }
            // Nothing becomes a link by itself.
            ':' if text[i..].starts_with("://") => out.push_str("&#58;"),
            _ => out.push(c),
        }
    }
    out
}

/// The page. `charts`: the folder where the charts lie, as a link has it; without one they are told in words.
pub fn page(story: &Story, charts: Option<&str>) -> String {
    let mut out = format!("# {}\n\n{}\n", escaped(&story.title), escaped(&story.source));
    for section in &story.sections {
        let _ = write!(out, "\n## {}\n", escaped(&section.title));
        for block in &section.blocks {
            out.push('\n');
            match block {
                Block::Text(text) | Block::Note(text) => {
                    let _ = writeln!(out, "{}", escaped(text));
                }
                Block::List(items) => {
                    for item in items {
                        let _ = writeln!(out, "- {}", escaped(item));
                    }
                }
                Block::Table(held) => table(&mut out, held),
                Block::Charts(held) => {
                    for (i, chart) in held.iter().enumerate() {
                        let (title, words) = (escaped(&chart.title), escaped(&chart.words));
                        let gap = if i == 0 { "" } else { "\n" };
                        let _ = match charts {
                            Some(folder) => {
                                writeln!(out, "{gap}**{title}**\n\n![{words}](<{folder}/{}.svg>)", chart.name)
                            }
                            None => writeln!(out, "{gap}**{title}.** {words}"),
                        };
                    }
                }
                Block::Entry(held) => entry(&mut out, held),
                Block::Code { summary, text } => code(&mut out, summary, text),
            }
        }
    }
    out
}

fn table(out: &mut String, table: &Table) {
    let _ = writeln!(out, "{}\n", escaped(&table.caption));
    let line = |cells: &mut dyn Iterator<Item = String>| format!("| {} |\n", cells.collect::<Vec<_>>().join(" | "));
    *out += &line(&mut table.columns.iter().map(|(title, _)| escaped(title)));
    *out += &line(&mut table.columns.iter().map(|(_, align)| match align {
        Align::Left => "---".to_owned(),
        Align::Right => "---:".to_owned(),
    }));
    for row in &table.rows {
        *out += &line(&mut row.iter().map(|cell| escaped(cell)));
    }
}

fn entry(out: &mut String, entry: &Entry) {
    let _ = writeln!(out, "### {}", escaped(&entry.title));
    if let Some(why) = &entry.withheld {
        let _ = writeln!(out, "\n**Withheld:** {}", escaped(why));
    }
    if let Some(lead) = &entry.lead {
        let _ = writeln!(out, "\n{}", escaped(lead));
    }
    if !entry.facts.is_empty() {
        out.push('\n');
    }
    for (name, fact) in &entry.facts {
        let _ = writeln!(out, "- **{name}**: {}", escaped(fact));
    }
}

/// A fence is longer than any run of backticks in the text.
fn code(out: &mut String, summary: &str, text: &str) {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(3.max(longest + 1));
    let lines: Vec<String> = text.trim_end().lines().map(crate::source::escape).collect();
    let _ = write!(out, "{}:\n\n{fence}text\n{}\n{fence}\n", escaped(summary), lines.join("\n"));
}
