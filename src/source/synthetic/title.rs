//! Job titles: the listed ones with their shares, and a tail of what people type into a free field.

use super::Segment;
use super::dice::Dice;

/// A title (`None`: an empty cell) and its weight per 20,000 rows of each segment, in the order of
/// [`Segment::ALL`]. Over all rows the shares are those of the real column; leaders lean to the senior, interns
/// to the young, support and test to the underpaid.
const LISTED: [(Option<&str>, [u32; 4]); 21] = [
    (None, [5057, 5277, 3916, 4933]),
    (Some("Backend Engineer"), [4190, 4372, 3245, 4088]),
    (Some("FullStack Engineer"), [2703, 2452, 1274, 1605]),
    (Some("Other"), [1739, 1814, 1346, 1696]),
    (Some("Frontend Engineer"), [1135, 1030, 459, 770]),
    (Some("Engineering Leadership"), [82, 426, 5686, 1274]),
    (Some("QA Engineer"), [600, 626, 258, 1170]),
    (Some("Data Scientist"), [516, 539, 400, 504]),
    (Some("Android Engineer"), [604, 526, 234, 344]),
    (Some("SDET"), [356, 531, 276, 794]),
    (Some("Devops Engineer"), [444, 463, 344, 433]),
    (Some("Support Engineer"), [370, 309, 115, 722]),
    (Some("Data Analyst"), [396, 248, 82, 206]),
    (Some("iOS Engineer"), [264, 276, 205, 258]),
    (Some("Engineering Intern"), [737, 51, 4, 12]),
    (Some("Product Designer"), [126, 132, 98, 123]),
    (Some("Backend Architect"), [15, 97, 955, 196]),
    (Some("Fullstack Engineer"), [122, 127, 94, 119]),
    (Some("Research Engineers"), [118, 123, 91, 115]),
    (Some("Product Manager"), [48, 124, 369, 116]),
    (Some("Program Manager"), [18, 82, 272, 171]),
];
/// Weight of the tail beside [`LISTED`].
const TAIL: [u32; 4] = [360, 376, 279, 351];

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
    if dice.chance(0.70) {
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
