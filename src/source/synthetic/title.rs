//! Job titles: the listed ones with their shares, and a tail of what people type into a free field.

use super::Segment;
use super::dice::Dice;

/// A title (`None`: an empty cell) and its weight per 20,000 rows of each segment, in the order of
/// [`Segment::ALL`]. Over all rows the shares are those of the real column; leaders lean to the senior, interns
/// to the young, support and test to the underpaid.
const LISTED: [(Option<&str>, [u32; 4]); 21] = [
    (None, [5040, 5241, 4625, 4929]),
    (Some("Backend Engineer"), [4176, 4342, 3832, 4084]),
    (Some("FullStack Engineer"), [2719, 2459, 1519, 1619]),
    (Some("Other"), [1733, 1802, 1590, 1694]),
    (Some("Frontend Engineer"), [1142, 1032, 547, 777]),
    (Some("Engineering Leadership"), [123, 513, 3775, 1288]),
    (Some("QA Engineer"), [591, 614, 301, 1155]),
    (Some("Data Scientist"), [515, 535, 472, 503]),
    (Some("Android Engineer"), [609, 527, 279, 347]),
    (Some("SDET"), [353, 524, 324, 789]),
    (Some("Devops Engineer"), [442, 460, 406, 432]),
    (Some("Support Engineer"), [362, 301, 133, 708]),
    (Some("Data Analyst"), [397, 248, 97, 207]),
    (Some("iOS Engineer"), [263, 274, 242, 257]),
    (Some("Engineering Intern"), [727, 50, 4, 12]),
    (Some("Product Designer"), [126, 131, 116, 123]),
    (Some("Backend Architect"), [15, 111, 699, 194]),
    (Some("Fullstack Engineer"), [121, 126, 111, 119]),
    (Some("Research Engineers"), [118, 122, 108, 115]),
    (Some("Product Manager"), [50, 129, 286, 122]),
    (Some("Program Manager"), [18, 84, 205, 175]),
];
/// Weight of the tail beside [`LISTED`].
const TAIL: [u32; 4] = [359, 373, 329, 351];

/// Titles of the tail that several people share, the commonest first.
const UNLISTED: [&str; 28] = [
    "Database Administrator",
    "Non Coder",
    "Security Leadership",
    "Co-founder",
    "Software Engineer",
    "Engineering  Leadership",
    "Software Developer",
    "Backend engineer",
    "Student",
    "Test Engineer",
    "backend engineer",
    "System Engineer",
    "SDET ",
    "Technology Analyst",
    "Associate Consultant",
    "data analyst",
    "Fresher",
    "Senior Software Engineer",
    "Data Engineer",
    "Devops engineer",
    "Product engineer",
    "Qa Engineer",
    "Consultant",
    "Null",
    "None",
    "Na",
    "SE(R&D)",
    "Sr.",
];
const RANKS: [&str; 16] = [
    "Senior",
    "Sr.",
    "Sr",
    "Junior",
    "Jr",
    "Lead",
    "Associate",
    "Principal",
    "Assistant",
    "Chief",
    "Trainee",
    "Staff",
    "senior",
    "SENIOR",
    "Deputy",
    "Graduate",
];
const FIELDS: [&str; 24] = [
    "Software",
    "Java",
    "Python",
    "Web",
    "Application",
    "Systems",
    "Network",
    "Embedded",
    "Business",
    "Cloud",
    "SAP",
    "Salesforce",
    "UI/UX",
    "Mainframe",
    "Hardware",
    "Oracle",
    "Machine Learning",
    "Automation",
    "Technical",
    "Mobile",
    "Big Data",
    "Security",
    "Site Reliability",
    "Operations",
];
const ROLES: [&str; 16] = [
    "Engineer",
    "Developer",
    "Analyst",
    "Consultant",
    "Architect",
    "Manager",
    "Specialist",
    "Tester",
    "Trainer",
    "Administrator",
    "Programmer",
    "Lead",
    "Executive",
    "engineer",
    "developer",
    "Officer",
];
const PLACES: [&str; 8] = [
    "a bank",
    "a startup",
    "a service company",
    "a university",
    "my family's firm",
    "an e-commerce company",
    "telecom",
    "a lab",
];

/// Draws one title; `None` where the cell is empty.
pub(super) fn draw(dice: &mut Dice, segment: Segment) -> Option<String> {
    let column = segment as usize;
    let weights = LISTED.iter().map(|(_, weights)| weights[column]).chain([TAIL[column]]);
    match LISTED.get(dice.weighted(weights)) {
        Some((title, _)) => title.map(str::to_owned),
        None => Some(unlisted(dice)),
    }
}

fn unlisted(dice: &mut Dice) -> String {
    if dice.chance(0.62) {
        let falling = (0..UNLISTED.len() as u32).map(|rank| 1200 / (rank + 4));
        return UNLISTED[dice.weighted(falling)].to_owned();
    }
    match dice.below(100) {
        0..6 => digits(dice),
        6..14 => sentence(dice),
        14..30 => {
            let title = composed(dice);
            typo(dice, &title)
        }
        30..36 => composed(dice).replace(' ', "  "),
        _ => composed(dice),
    }
}

fn composed(dice: &mut Dice) -> String {
    let rank = if dice.chance(0.6) { *dice.pick(&RANKS) } else { "" };
    let suffix = *dice.pick(&["", "", "", "", " II", " - 2", " 1", " (contract)", " trainee"]);
    format!("{rank} {} {}{suffix}", dice.pick(&FIELDS), dice.pick(&ROLES)).trim_start().to_owned()
}

fn digits(dice: &mut Dice) -> String {
    match dice.below(4) {
        0 => format!(".{}", dice.below(10)),
        1 => dice.between(6_000_000_000, 9_999_999_999).to_string(),
        _ => dice.between(1, 999_999).to_string(),
    }
}

fn sentence(dice: &mut Dice) -> String {
    let job = format!("{} {}", dice.pick(&FIELDS), dice.pick(&ROLES)).to_lowercase();
    let years = dice.between(1, 14);
    let place = *dice.pick(&PLACES);
    match dice.below(3) {
        0 => format!("I am a {job} with {years} years of experience"),
        1 => format!("{job} at {place}, looking for a change"),
        _ => format!("Worked {years} years for {place}; now {job}"),
    }
}

/// Drops, doubles or swaps one letter (the composed titles are ASCII).
fn typo(dice: &mut Dice, title: &str) -> String {
    let mut letters = title.as_bytes().to_vec();
    let at = dice.below(letters.len() as u64 - 1) as usize;
    match dice.below(3) {
        0 => drop(letters.remove(at)),
        1 => letters.insert(at, letters[at]),
        _ => letters.swap(at, at + 1),
    }
    String::from_utf8(letters).unwrap_or_default()
}
