//! Keeps the arrows of the architecture: which module may use which, which rooms are pure, and that every file says what it is for.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What each module may use; the same table stands in `docs/architecture.md`.
const ARROWS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("ambient", &["domain"]),
    ("pdf", &["domain"]),
    ("cms", &["domain"]),
    ("code", &["domain"]),
    ("search", &["domain"]),
    ("storage", &["domain"]),
    ("table", &["domain"]),
    ("render", &["domain", "pdf", "code"]),
    ("seal", &["domain", "pdf", "cms", "code"]),
    ("verify", &["domain", "pdf", "cms", "code"]),
    ("keys", &["ambient", "domain", "cms", "seal"]),
    ("clients", &["ambient", "domain", "cms", "verify"]),
    ("services", &["domain", "ambient", "pdf", "cms", "code", "search", "storage", "table", "render", "seal", "verify", "clients"]),
    ("http", &["domain", "services"]),
    (
        "config",
        &[
            "domain", "ambient", "pdf", "cms", "code", "search", "storage", "table", "render", "seal", "verify", "keys", "clients",
            "services", "http",
        ],
    ),
    (
        "app",
        &[
            "domain", "ambient", "pdf", "cms", "code", "search", "storage", "table", "render", "seal", "verify", "keys", "clients",
            "services", "http", "config",
        ],
    ),
    (
        "cli",
        &[
            "domain", "ambient", "pdf", "cms", "code", "search", "storage", "table", "render", "seal", "verify", "keys", "clients",
            "services", "http", "config", "app",
        ],
    ),
    ("main", &["cli"]),
    // The map of the modules, and nothing else.
    ("lib", &[]),
];

/// Rooms without files, network, environment, database, async, clock and randomness.
const PURE: &[&str] = &["domain", "pdf", "cms", "code", "search", "table", "render", "seal", "verify"];

/// What a pure room may not name.
const IMPURE: &[&str] = &[
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::thread",
    "SystemTime",
    "Instant::now",
    "now_utc",
    "now_local",
    "UtcDateTime::now",
    "stdin()",
    "stdout()",
    "println!",
    "tokio",
    "async ",
    ".await",
    "sqlx",
    "reqwest",
    "axum",
    "ring::rand",
    "SystemRandom",
    "OsRng",
    "getrandom",
    "rand::",
    "thread_rng",
];

/// One source file without comments, string contents and unit tests.
struct Source {
    path: PathBuf,
    module: String,
    /// How many modules deep the file's own module lies below the crate root.
    depth: usize,
    text: String,
    code: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut folders, mut sources) = (vec![root.clone()], vec![]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                sources.push(source(&root, path));
            }
        }
    }
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(sources.len() > 40, "the walk finds the sources");
    sources
}

fn source(root: &Path, path: PathBuf) -> Source {
    let text = fs::read_to_string(&path).expect("UTF-8");
    let inner = path.strip_prefix(root).expect("below src").with_extension("");
    let mut parts: Vec<String> = inner.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    let is_test = parts.iter().skip(1).any(|part| part == "tests");
    if parts.last().is_some_and(|last| last == "mod") {
        parts.pop();
    }
    let code = if is_test { String::new() } else { code_of(&text) };
    Source { module: parts[0].clone(), depth: parts.len(), path: path.clone(), text, code }
}

/// The text without comments, without what stands in string literals, and up to the unit tests at its end.
fn code_of(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let (mut code, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(c) = rest.chars().next() {
        if rest.starts_with("//") {
            rest = rest.find('\n').map_or("", |end| &rest[end..]);
        } else if rest.starts_with("/*") {
            rest = rest.find("*/").map_or("", |end| &rest[end + 2..]);
        } else if let Some(literal) = raw_string(rest) {
            rest = &rest[literal..];
        } else if c == '"' {
            rest = &rest[string(rest)..];
        } else if rest.starts_with("'\"'") || rest.starts_with("'\\\"'") {
            rest = &rest[rest[1..].find('\'').map_or(1, |end| end + 2)..];
        } else {
            code.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    code
}

/// Length of the string literal at the start.
fn string(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Length of the raw string literal at the start, if one stands there.
fn raw_string(text: &str) -> Option<usize> {
    let marks = text.strip_prefix('r')?;
    let hashes = marks.len() - marks.trim_start_matches('#').len();
    marks[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let from = 2 + hashes;
    Some(text[from..].find(&end).map_or(text.len(), |at| from + at + end.len()))
}

/// The modules that stand behind `crate::` (or `elicence::` in the binary): one name, or each name of a group in braces.
fn used_modules(source: &Source) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for root in ["crate::", "elicence::"] {
        for (at, _) in source.code.match_indices(root) {
            let before = source.code[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
                continue;
            }
            used.extend(names(&source.code[at + root.len()..]));
        }
    }
    used
}

fn names(path: &str) -> Vec<String> {
    let name = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let Some(group) = path.strip_prefix('{') else { return vec![name(path)] };
    let (mut depth, mut start, mut found) = (0, 0, vec![]);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' | ',' if depth == 0 => {
                found.push(name(group[start..at].trim_start()));
                start = at + 1;
                if c == '}' {
                    break;
                }
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
    found.retain(|name| !name.is_empty());
    found
}

#[test]
fn arrows_go_down_only() {
    let arrows: BTreeMap<_, _> = ARROWS.iter().copied().collect();
    let mut wrong = vec![];
    for source in sources() {
        let Some(allowed) = arrows.get(source.module.as_str()) else {
            wrong.push(format!("{}: module {} is not in the table", source.path.display(), source.module));
            continue;
        };
        for used in used_modules(&source) {
            let known = arrows.contains_key(used.as_str());
            if known && used != source.module && !allowed.contains(&used.as_str()) {
                wrong.push(format!("{}: {} uses {used}", source.path.display(), source.module));
            }
        }
    }
    assert!(wrong.is_empty(), "arrows that the architecture does not have:\n{}", wrong.join("\n"));
}

#[test]
fn no_path_leaves_its_module_by_super() {
    for source in sources() {
        let longest = (1..6).take_while(|count| source.code.contains(&"super::".repeat(*count))).count();
        assert!(longest < source.depth || longest == 0, "{} climbs to the crate root by super::", source.path.display());
    }
}

#[test]
fn pure_rooms_stay_pure() {
    let mut wrong = vec![];
    for source in sources().iter().filter(|source| PURE.contains(&source.module.as_str())) {
        for name in IMPURE.iter().filter(|name| names_it(&source.code, name)) {
            wrong.push(format!("{}: {name}", source.path.display()));
        }
    }
    assert!(wrong.is_empty(), "a pure room names the outside world:\n{}", wrong.join("\n"));
}

/// Does `code` hold `name`, not as the end of a longer word?
fn names_it(code: &str, name: &str) -> bool {
    code.match_indices(name).any(|(at, _)| !code[..at].chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '_'))
}

#[test]
fn the_table_names_every_room_and_no_circle() {
    let order: Vec<_> = ARROWS.iter().map(|(module, _)| *module).collect();
    for (at, (module, allowed)) in ARROWS.iter().enumerate() {
        for used in *allowed {
            assert!(order.iter().take(at).any(|earlier| earlier == used), "{module} uses {used}, which stands below it in the table");
        }
    }
    let rooms: BTreeSet<_> = sources().into_iter().map(|source| source.module).collect();
    assert!(rooms.iter().all(|room| order.contains(&room.as_str())), "{rooms:?}");
}

#[test]
fn every_file_says_what_it_is_for() {
    for source in sources() {
        let first = source.text.lines().next().unwrap_or_default();
        let sentence = first.strip_prefix("//! ").unwrap_or_default();
        assert!(sentence.len() > 15, "{} begins with a //! sentence", source.path.display());
    }
}

#[test]
fn the_reader_of_sources_sees_what_it_must() {
    let code = code_of(
        "use crate::{a::b, c, d::{e, f}};\n// crate::g\nlet s = \"crate::h \\\" x\"; let r = r#\"crate::i\"#; crate::j::k();\n#[cfg(test)]\nmod tests { use crate::l; }",
    );
    let source = Source { path: PathBuf::new(), module: "x".into(), depth: 1, text: String::new(), code };
    let expected = ["a", "c", "d", "j"].map(str::to_owned).into();
    assert_eq!(used_modules(&source), expected);
    assert!(names_it("use tokio::fs;", "tokio") && !names_it("my_tokio", "tokio"));
}
