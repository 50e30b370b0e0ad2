//! The report: both formats say the same, nothing of the data is markup, and a real browser shows it without a word
//! on its console, on a phone and on a desk, light and dark.
#![expect(clippy::print_stdout, reason = "a test that was skipped says so")]

use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::program::{Folder, Ran, finish, golden_table, learners, run};

/// A recipe of few k's, so that a report takes a second or two.
const FEW: &str = "version = 1\nk_max = 4\nstarts = 2\n";

/// Makes a report of a table and reads it.
fn report(folder: &Folder, table: &str, name: &str) -> String {
    let recipe = folder.file("few.toml", FEW);
    let out = folder.arg(name);
    let ran = run(["report", table, "--recipe", &recipe, "--k", "3", "--out", &out, "--force"]);
    assert_eq!(ran.data(), "", "standard output holds data only");
    std::fs::read_to_string(out).unwrap()
}

fn table(folder: &Folder) -> String {
    folder.file("learners.csv", learners(3000, 3))
}

/// What stands between two marks, each time.
fn between<'a>(text: &'a str, from: &str, to: &str) -> Vec<&'a str> {
    text.split(from).skip(1).map(|rest| rest.split(to).next().unwrap()).collect()
}

#[test]
fn both_formats_say_the_same_and_the_same_bytes_each_time() {
    let folder = Folder::new();
    let table = table(&folder);
    let (html, md) = (report(&folder, &table, "r.html"), report(&folder, &table, "r.md"));
    assert_eq!(report(&folder, &table, "r.html"), html);
    let headings: Vec<String> =
        between(&html, "<h2 id=", "</h2>").into_iter().map(|h| h.split_once('>').unwrap().1.to_owned()).collect();
    let of_md: Vec<String> = md.lines().filter_map(|l| l.strip_prefix("## ")).map(str::to_owned).collect();
    assert_eq!(headings, of_md);
    for expected in ["In short", "Who is in the slices", "The rule as a funnel", "Recommendations", "Audience"] {
        assert!(headings.iter().any(|h| h == expected), "{expected} of {headings:?}");
    }
    // Every figure of the tables.
    let plain =
        |text: &str| text.replace("&gt;", ">").replace("&lt;", "<").replace("&quot;", "\"").replace("&#39;", "'");
    let html_cells: Vec<String> = ["</td>", "</th>"]
        .iter()
        .fold(html.clone(), |t, end| t.replace(end, "\u{1}"))
        .split('\u{1}')
        .map(|cell| plain(cell.rsplit_once('>').map_or("", |(_, text)| text)))
        .collect();
    let rows = md.lines().filter(|line| line.starts_with("| ") && !line.contains("---"));
    let mut cells = 0;
    for cell in rows.flat_map(|row| row.trim_matches('|').split(" | ")) {
        let cell = plain(cell.trim()).replace('\\', "");
        assert!(html_cells.contains(&cell), "{cell:?} is not in the page");
        cells += 1;
    }
    assert!(cells > 100, "{cells}");
    for chart in ["elbow", "silhouette", "sizes", "pay", "funnel", "effects", "audience"] {
        assert!(html.contains(&format!("id=\"chart-{chart}-title\"")), "no chart {chart}");
    }
    assert!(!md.contains("<svg") && !md.contains("<br"), "no HTML in a wiki");
    assert!(html.contains("≈"), "an assumed age is marked");
}

/// Headings follow each other by one level, every table names its rows and columns, every chart says what it shows.
#[test]
fn the_page_can_be_read_without_being_seen() {
    let folder = Folder::new();
    let html = report(&folder, &table(&folder), "r.html");
    assert!(html.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"));
    let levels: Vec<u32> =
        html.match_indices("<h").filter_map(|(at, _)| html[at + 2..].chars().next()?.to_digit(10)).collect();
    assert_eq!(levels[0], 1);
    assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1 && pair[1] > 1), "{levels:?}");
    for held in between(&html, "<table>", "</table>") {
        assert!(held.contains("<caption>") && held.contains("scope=\"col\"") && held.contains("scope=\"row\""));
    }
    for svg in between(&html, "<svg", "</svg>") {
        assert!(svg.contains("role=\"img\"") && svg.contains("<title") && svg.contains("<desc"), "{svg}");
    }
    for word in ["NaN", "inf\"", "http://", "https://", "<script", "url("] {
        assert!(!html.contains(word), "{word} in the page");
    }
}

/// A table whose names are markup.
fn hostile(folder: &Folder) -> String {
    let mut lines = learners(3000, 3).lines().map(str::to_owned).collect::<Vec<_>>();
    lines[0] += ",<script>alert(1)</script>";
    for (i, line) in lines.iter_mut().enumerate().skip(1) {
        *line = line.replace("Backend Engineer", "\"\"\"><img src=x onerror=alert(2)> | a\"");
        *line = line.replace("FullStack Engineer", "[x](javascript:alert(3)) `*_\u{202e}");
        *line += &format!(",{}", i % 17);
    }
    folder.file("a<b>&\"c.csv", lines.join("\n"))
}

#[test]
fn nothing_of_the_data_is_markup() {
    let folder = Folder::new();
    let table = hostile(&folder);
    let recipe = folder.file("few.toml", FEW);
    let features = "ctc,experience,job_position,<script>alert(1)</script>";
    let make = |name: &str| {
        let (out, charts) = (folder.arg(name), folder.arg("charts"));
        let said = ["report", &table, "--recipe", &recipe, "--k", "3", "--features", features];
        run(said.into_iter().chain(["--out", &out, "--charts", &charts, "--force"])).data();
        std::fs::read_to_string(out).unwrap()
    };
    let (html, md) = (make("r.html"), make("r.md"));
    assert!(
        html.contains("&lt;script&gt;alert(1)") && html.contains("&quot;&gt;&lt;img"),
        "they are shown as they are"
    );
    // Between fences Markdown has no markup: the recipe and the command stand there as they are.
    let prose: String = md.split("\n```").step_by(2).collect();
    assert!(prose.len() > md.len() / 2 && md.contains("\n```text\nkscope report"));
    for (text, of) in [(&html, "html"), (&prose, "md")] {
        assert!(!text.contains("<script") && !text.contains("<img") && !text.contains('\u{202e}'), "{of}");
    }
    assert!(md.contains("\\[x\\](javascript:alert(3)) \\`\\*\\_"), "Markdown's own marks are escaped");
    let columns = |row: &str| row.replace("\\|", "").matches('|').count();
    for table in md.split("\n\n").filter(|block| block.starts_with("| ")) {
        let counts: Vec<usize> = table.lines().map(columns).collect();
        assert!(counts.iter().all(|n| *n == counts[0]), "{table}");
    }
    for name in std::fs::read_dir(folder.path("charts")).unwrap().map(|e| e.unwrap().path()) {
        let svg = std::fs::read_to_string(&name).unwrap();
        assert!(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\"") && !svg.contains("<script"), "{name:?}");
        assert!(svg.contains("fingerprint"), "{name:?} says what it was made of");
    }
}

#[test]
fn a_table_without_people_has_what_can_be_said() {
    let folder = Folder::new();
    let md = report(&folder, &golden_table("iris"), "r.md");
    assert!(md.contains("3 slices") && md.contains("petal length (cm)"));
    for (section, there) in [("Who is in the slices", true), ("What could not be said", true), ("Audience", false)] {
        assert_eq!(md.contains(&format!("\n## {section}\n")), there, "{section}");
    }
    assert!(md.contains("Recommendations and an audience: the table has no pay and experience."), "{md}");
}

/// Of 40 learners in 4 clusters somebody is under the floor: neither that cluster nor its smallest neighbour is shown.
#[test]
fn groups_under_the_floor_are_not_shown() {
    let folder = Folder::new();
    let mut csv = "email_hash,ctc,experience\n".to_owned();
    for i in 0..60 {
        let (ctc, years) = if i < 4 { (9_000_000 + i, 30) } else { (300_000 + 40_000 * (i % 28), i % 12) };
        csv += &format!("learner{i},{ctc},{years}\n");
    }
    let md = report(&folder, &folder.file("few.csv", csv), "r.md");
    let overview = md.split("## Who is in the slices").nth(1).unwrap().split("\n## ").next().unwrap();
    let sizes: Vec<usize> = overview
        .lines()
        .filter(|l| l.starts_with("| ") && l.contains(" % |"))
        .map(|l| l.split(" | ").nth(1).unwrap().parse().unwrap())
        .collect();
    assert!(sizes.len() < 3, "{overview}");
    assert!(sizes.iter().all(|n| *n >= 10) && 60 - sizes.iter().sum::<usize>() >= 10, "{sizes:?}");
    assert!(md.contains("not shown: fewer than 10 learners"), "{md}");
    let tiny = report(&folder, &folder.file("tiny.csv", "a,b\n1,2\n3,4\n5,6\n9,1\n"), "t.md");
    assert!(tiny.contains("None of the slices has enough rows to be spoken of."), "{tiny}");
}

#[test]
fn files_and_their_names() {
    let folder = Folder::new();
    let table = golden_table("iris");
    let none = run(["report", &table, "--out", &folder.arg("r.pdf")]);
    assert!(none.complaint(2).contains("report.html"));
    assert_eq!(run(["report", &table]).code, Some(2), "nothing to write");
    let there = folder.file("r.html", "old");
    assert!(run(["report", &table, "--out", &there]).complaint(1).contains("is there already"));
    assert_eq!(std::fs::read_to_string(&there).unwrap(), "old");
    assert_eq!(run(["report", &table, "--k", "0", "--out", &folder.arg("z.html")]).code, Some(3));
}

/// A browser where there is one; `KSCOPE_REQUIRE_CHROMIUM` makes its absence a failure.
fn browser() -> Option<String> {
    let named = std::env::var("KSCOPE_CHROMIUM").ok();
    let names = named.into_iter().chain(["chromium", "chromium-browser", "google-chrome"].map(str::to_owned));
    let found = names.into_iter().find(|name| {
        let mut version = Command::new(name);
        version.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
        version.status().is_ok_and(|status| status.success())
    });
    if found.is_none() {
        assert!(std::env::var_os("KSCOPE_REQUIRE_CHROMIUM").is_none(), "no Chromium, and one is required");
        println!("SKIPPED: no Chromium here; the report was not looked at");
    }
    found
}

/// Runs the browser on a file without a window.
fn browse(browser: &str, folder: &Folder, page: &Path, args: &[&str]) -> Ran {
    let profile = format!("--user-data-dir={}", folder.arg("profile"));
    let child = Command::new(browser)
        .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-dev-shm-usage", "--enable-logging=stderr"])
        .args(["--allow-file-access-from-files", &profile])
        .args(args)
        .arg(format!("file://{}", page.display()))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let ran = finish(child);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    ran
}

/// What the page said on its console.
fn console(ran: &Ran) -> Vec<&str> {
    ran.err.lines().filter(|line| line.contains("CONSOLE")).collect()
}

/// A picture of a page as RGB.
struct Picture {
    width: usize,
    pixels: Vec<[u8; 3]>,
}

impl Picture {
    /// Reads a PNG of 8 bits, RGB or RGBA, not interlaced: what the browser writes.
    fn read(path: &Path) -> Self {
        let bytes = std::fs::read(path).unwrap();
        assert_eq!(&bytes[..8], b"\x89PNG\r\n\x1a\n");
        let (mut at, mut packed, mut head) = (8, Vec::new(), Vec::new());
        while at < bytes.len() {
            let length = u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
            let data = &bytes[at + 8..at + 8 + length];
            match &bytes[at + 4..at + 8] {
                b"IHDR" => head = data.to_vec(),
                b"IDAT" => packed.extend_from_slice(data),
                _ => {}
            }
            at += 12 + length;
        }
        let size = |at: usize| u32::from_be_bytes(head[at..at + 4].try_into().unwrap()) as usize;
        let (width, height) = (size(0), size(4));
        assert_eq!((head[8], head[12]), (8, 0), "8 bits, not interlaced");
        let each = if head[9] == 6 { 4 } else { 3 };
        let mut raw = Vec::new();
        flate2::read::ZlibDecoder::new(&packed[..]).read_to_end(&mut raw).unwrap();
        let line = width * each;
        let mut above = vec![0u8; line];
        let mut pixels = Vec::with_capacity(width * height);
        for row in raw.chunks(line + 1) {
            let mut now = row[1..].to_vec();
            for i in 0..line {
                let left = if i >= each { now[i - each] } else { 0 };
                let corner = if i >= each { above[i - each] } else { 0 };
                let add = match row[0] {
                    0 => 0,
                    1 => left,
                    2 => above[i],
                    3 => ((u16::from(left) + u16::from(above[i])) / 2) as u8,
                    _ => paeth(left, above[i], corner),
                };
                now[i] = now[i].wrapping_add(add);
            }
            pixels.extend(now.chunks(each).map(|p| [p[0], p[1], p[2]]));
            above = now;
        }
        Self { width, pixels }
    }

    /// The colour at the top left: nothing is drawn there.
    fn paper(&self) -> [u8; 3] {
        self.pixels[2 * self.width + 2]
    }

    /// Share of pixels that are clearly not paper.
    fn ink(&self) -> f64 {
        let paper = self.paper();
        let far = |p: &&[u8; 3]| p.iter().zip(paper).any(|(a, b)| a.abs_diff(b) > 60);
        self.pixels.iter().filter(far).count() as f64 / self.pixels.len() as f64
    }

    /// Whether somewhere there is nearly this colour.
    fn has(&self, colour: [u8; 3]) -> bool {
        self.pixels.iter().any(|p| p.iter().zip(colour).all(|(a, b)| a.abs_diff(b) < 8))
    }
}

fn paeth(left: u8, up: u8, corner: u8) -> u8 {
    let (a, b, c) = (i32::from(left), i32::from(up), i32::from(corner));
    let p = a + b - c;
    let [pa, pb, pc] = [a, b, c].map(|v| (p - v).abs());
    if pa <= pb && pa <= pc {
        left
    } else if pb <= pc {
        up
    } else {
        corner
    }
}

#[test]
fn a_browser_shows_it_on_a_phone_and_on_a_desk_light_and_dark() {
    let Some(browser) = browser() else { return };
    let folder = Folder::new();
    report(&folder, &table(&folder), "r.html");
    let page = folder.path("r.html");
    // A window cannot be as narrow as a phone; a frame can, and it has a viewport of its own.
    let phone = |width: u32| {
        let harness = format!(
            "<!DOCTYPE html><style>body{{margin:0}}iframe{{border:0;display:block}}</style>\
             <iframe id=f src=r.html width={width} height=5000></iframe><p id=p></p><script>\
             document.getElementById('f').onload=e=>{{const d=e.target.contentDocument.documentElement;\
             document.getElementById('p').textContent=`wide ${{d.scrollWidth}} of ${{d.clientWidth}}`}}</script>"
        );
        let name = format!("phone{width}.html");
        folder.file(&name, harness);
        folder.path(&name)
    };
    // What this looks for can be found: a page that complains and one that is too wide.
    let bad = folder.path("bad.html");
    std::fs::write(&bad, "<script>console.error('no')</script>").unwrap();
    assert!(!console(&browse(&browser, &folder, &bad, &["--dump-dom"])).is_empty());
    for width in [320, 390, 1280] {
        let ran = browse(&browser, &folder, &phone(width), &["--dump-dom"]);
        assert!(
            ran.out.contains(&format!("wide {width} of {width}")),
            "sideways at {width}: {}",
            &ran.out[..400.min(ran.out.len())]
        );
        assert_eq!(console(&ran), Vec::<&str>::new());
    }
    let ran = browse(&browser, &folder, &page, &["--dump-dom"]);
    assert_eq!(console(&ran), Vec::<&str>::new(), "a policy that forbids all requests was not offended either");
    assert!(ran.out.contains("<h1>learners.csv: 3 slices</h1>") && !ran.out.contains("<script"));
    let shot = |of: &Path, size: &str, dark: bool| {
        let out = folder.path("shot.png");
        let scheme = format!("--blink-settings=preferredColorScheme={}", u8::from(!dark));
        browse(&browser, &folder, of, &[&scheme, size, &format!("--screenshot={}", out.display())]);
        Picture::read(&out)
    };
    for (of, size) in [(page.clone(), "--window-size=1280,3000"), (phone(390), "--window-size=500,4000")] {
        let (light, dark) = (shot(&of, size, false), shot(&of, size, true));
        assert_eq!(light.paper(), [255, 255, 255]);
        assert_eq!(dark.paper(), [0x15, 0x18, 0x1c]);
        for (picture, accent) in [(&light, [0, 0x77, 0xa0]), (&dark, [0x45, 0xb4, 0xd9])] {
            let ink = picture.ink();
            assert!((0.02..0.4).contains(&ink), "{ink:.3} of {size} is ink");
            assert!(picture.has(accent) && picture.has([0x2d, 0x78, 0xd2]) && picture.has([0xe1, 0, 0]), "the charts");
        }
    }
    browse(&browser, &folder, &page, &[&format!("--print-to-pdf={}", folder.arg("r.pdf"))]);
    assert!(std::fs::read(folder.path("r.pdf")).unwrap().starts_with(b"%PDF"));
}

#[test]
fn a_browser_runs_nothing_of_the_data() {
    let Some(browser) = browser() else { return };
    let folder = Folder::new();
    report(&folder, &hostile(&folder), "r.html");
    let ran = browse(&browser, &folder, &folder.path("r.html"), &["--dump-dom"]);
    assert_eq!(console(&ran), Vec::<&str>::new());
    assert!(!ran.out.contains("<script") && !ran.out.contains("<img"));
}
