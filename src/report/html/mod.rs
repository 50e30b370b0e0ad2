//! A report as one HTML page: no script, nothing from elsewhere, the same bytes each time.

use std::fmt::Write as _;

use super::story::{Block, Entry, Section, Story, Table};
use super::svg::{self, Chart};
use super::text::Align;

/// Characters of a first cell that may stand on one line.
const NAME: usize = 16;

const STYLE: &str = include_str!("page.css");

/// Text for HTML and SVG: nothing in it is markup, moves a cursor or turns the reading direction.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in crate::source::escape(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}

/// The page.
pub fn page(story: &Story) -> String {
    let title = escaped(&story.title);
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
         img-src data:\">\n<link rel=\"icon\" href=\"data:,\">\n<title>{title}</title>\n\
         <style>\n{}{STYLE}</style>\n</head>\n<body>\n<header>\n<h1>{title}</h1>\n<p class=\"note\">{}</p>\n\
         <nav aria-label=\"Contents\">",
        svg::STYLE,
        escaped(&story.source)
    );
    for section in &story.sections {
        let _ = write!(out, "<a href=\"#{}\">{}</a> ", section.id, escaped(&section.title));
    }
    out += "</nav>\n</header>\n<main>\n";
    for section in &story.sections {
        part(&mut out, section);
    }
    out + "</main>\n</body>\n</html>\n"
}

fn part(out: &mut String, section: &Section) {
    let id = section.id;
    let _ = write!(out, "<section aria-labelledby=\"{id}\">\n<h2 id=\"{id}\">{}</h2>\n", escaped(&section.title));
    for block in &section.blocks {
        match block {
            Block::Text(text) => {
                let _ = writeln!(out, "<p>{}</p>", escaped(text));
            }
            Block::Note(text) => {
                let _ = writeln!(out, "<p class=\"note\">{}</p>", escaped(text));
            }
            Block::List(items) => list(out, items),
            Block::Table(held) => table(out, held),
            Block::Charts(charts) => figures(out, charts),
            Block::Entry(held) => entry(out, held),
            Block::Code { summary, text } => code(out, summary, text),
        }
    }
    *out += "</section>\n";
}

fn list(out: &mut String, items: &[String]) {
    *out += "<ul>\n";
    for item in items {
        let _ = writeln!(out, "<li>{}</li>", escaped(item));
    }
    *out += "</ul>\n";
}

/// A table in a box of its own that scrolls where it is too wide; keys reach it, too.
fn table(out: &mut String, table: &Table) {
    let caption = escaped(&table.caption);
    let _ = write!(
        out,
        "<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-label=\"{caption}\">\n<table>\n\
         <caption>{caption}</caption>\n<thead><tr>"
    );
    let class = |align: Align| if align == Align::Right { " class=\"n\"" } else { "" };
    for (title, align) in &table.columns {
        let (tag, scope) = if title.is_empty() { ("td", "") } else { ("th", " scope=\"col\"") };
        let _ = write!(out, "<{tag}{scope}{}>{}</{tag}>", class(*align), escaped(title));
    }
    *out += "</tr></thead>\n<tbody>\n";
    // Names may be broken, but not into single words.
    let named = table.rows.iter().any(|row| row.first().is_some_and(|name| name.chars().count() > NAME));
    for row in &table.rows {
        *out += "<tr>";
        for (i, (cell, (_, align))) in row.iter().zip(&table.columns).enumerate() {
            let (tag, scope) = if i == 0 { ("th", " scope=\"row\"") } else { ("td", "") };
            let class = if i == 0 && named { " class=\"w\"" } else { class(*align) };
            let _ = write!(out, "<{tag}{scope}{class}>{}</{tag}>", escaped(cell));
        }
        *out += "</tr>\n";
    }
    *out += "</tbody>\n</table>\n</div>\n";
}

fn figures(out: &mut String, charts: &[Chart]) {
    *out += "<div class=\"charts\">\n";
    for chart in charts {
        let _ =
            write!(out, "<figure>\n<figcaption>{}</figcaption>\n{}</figure>\n", escaped(&chart.title), chart.inline());
    }
    *out += "</div>\n";
}

fn entry(out: &mut String, entry: &Entry) {
    let class = entry.cluster.map(|cluster| format!(" k{}", cluster % 12)).unwrap_or_default();
    let _ = write!(out, "<article class=\"entry{class}\">\n<h3>{}</h3>\n", escaped(&entry.title));
    if let Some(why) = &entry.withheld {
        let _ = writeln!(out, "<p class=\"withheld\"><strong>Withheld:</strong> {}</p>", escaped(why));
    }
    if let Some(lead) = &entry.lead {
        let _ = writeln!(out, "<p>{}</p>", escaped(lead));
    }
    if !entry.facts.is_empty() {
        *out += "<dl>\n";
        for (name, fact) in &entry.facts {
            let _ = writeln!(out, "<div><dt>{name}</dt><dd>{}</dd></div>", escaped(fact));
        }
        *out += "</dl>\n";
    }
    *out += "</article>\n";
}

fn code(out: &mut String, summary: &str, text: &str) {
    let lines: Vec<String> = text.trim_end().lines().map(escaped).collect();
    let _ = write!(
        out,
        "<details>\n<summary>{}</summary>\n<pre tabindex=\"0\"><code>{}</code></pre>\n</details>\n",
        escaped(summary),
        lines.join("\n")
    );
}
