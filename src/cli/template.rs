//! `elicence template`: checks templates, and shows one filled in with its sample data.

mod sample;

use crate::app::shipped::{Files, Shelf};
use crate::cli::exit::{Exit, Failure, Outcome};
use crate::render::{FontShelf, PreparedTemplate, TemplateSource, Variant, check_template, print, print_photos, render};
use clap::{Args, Subcommand};
use sample::Sample;
use std::path::{Path, PathBuf};

/// Check templates, or preview one.
#[derive(Args)]
pub struct TemplateArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Say everything that is wrong with template folders: places, fonts, images, fields, samples that do not fit.
    Check {
        /// Template folders.
        #[arg(value_name = "DIR", required_unless_present = "all")]
        folders: Vec<PathBuf>,
        /// Check all templates that are compiled in, and those of --data.
        #[arg(long)]
        all: bool,
        /// A folder whose `templates/` joins those that are compiled in.
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Draw a template, filled in with a sample, as an unsealed PDF.
    Preview {
        /// Name of a template, or its folder.
        name: String,
        /// The PDF to write.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// Which record of `sample.json`, from 1.
        #[arg(long, value_name = "N", default_value_t = 1)]
        sample: usize,
        /// On the grey base image.
        #[arg(long)]
        grey: bool,
        /// A folder whose `templates/` joins those that are compiled in.
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
}

/// Runs the command.
pub fn run(arguments: TemplateArgs) -> Outcome {
    match arguments.command {
        Command::Check { folders, all, data, json } => {
            let mut shelf = shelf(data.as_deref())?;
            let mut names = Vec::new();
            for folder in folders {
                names.push(add_folder(&mut shelf, &folder)?);
            }
            if all {
                names = shelf.templates.keys().cloned().collect();
            }
            check(&shelf, &names, json)
        }
        Command::Preview { name, out, sample, grey, data, json } => {
            let mut shelf = shelf(data.as_deref())?;
            let name = if Path::new(&name).is_dir() { add_folder(&mut shelf, Path::new(&name))? } else { name };
            let variant = if grey { Variant::Grey } else { Variant::Colour };
            let written = preview(&shelf, &name, sample, variant, &out)?;
            if json {
                println!("{}", serde_json::json!({ "template": name, "out": out, "bytes": written }));
            } else {
                println!("{} ({written} bytes)", out.display());
            }
            Ok(Exit::Ok)
        }
    }
}

fn shelf(data: Option<&Path>) -> Result<Shelf, Failure> {
    match data {
        None => Ok(Shelf::shipped()),
        Some(folder) => {
            Shelf::with_folder(&folder.join("templates")).map_err(|error| Failure::usage(format!("{}: {error}", folder.display())))
        }
    }
}

/// Puts a template folder, and the fonts beside it, on the shelf; returns its name.
fn add_folder(shelf: &mut Shelf, folder: &Path) -> Result<String, Failure> {
    let failure = |error: std::io::Error| Failure::usage(format!("{}: {error}", folder.display()));
    let folder = folder.canonicalize().map_err(failure)?;
    let mut files = Files::new();
    for entry in std::fs::read_dir(&folder).map_err(failure)? {
        let path = entry.map_err(failure)?.path();
        if let (true, Some(name)) = (path.is_file(), path.file_name()) {
            files.insert(name.to_string_lossy().into_owned(), std::fs::read(&path).map_err(failure)?.into());
        }
    }
    let fonts = folder.parent().map(|parent| parent.join("fonts")).filter(|fonts| fonts.is_dir());
    for entry in fonts.map(std::fs::read_dir).transpose().map_err(failure)?.into_iter().flatten() {
        let path = entry.map_err(failure)?.path();
        if let (Some("ttf"), Some(name)) = (path.extension().and_then(|extension| extension.to_str()), path.file_name()) {
            shelf.fonts.insert(name.to_string_lossy().into_owned(), std::fs::read(&path).map_err(failure)?.into());
        }
    }
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    shelf.templates.insert(name.clone(), files);
    Ok(name)
}

fn fonts(shelf: &Shelf) -> Result<FontShelf, Failure> {
    let files = shelf.fonts.iter().filter(|(name, _)| name.ends_with(".ttf")).map(|(name, bytes)| (name.clone(), bytes.clone()));
    FontShelf::new(files.collect()).map_err(|error| Failure::new(Exit::Config, error))
}

fn check(shelf: &Shelf, names: &[String], json: bool) -> Outcome {
    let fonts = fonts(shelf)?;
    let mut report = serde_json::Map::new();
    let mut good = true;
    for name in names {
        let problems = shelf.templates.get(name).map_or_else(|| vec!["no such template".into()], |files| problems_of(files, &fonts));
        good &= problems.is_empty();
        if !json {
            println!("{} {name}", if problems.is_empty() { "✓" } else { "✗" });
            for problem in &problems {
                println!("    {problem}");
            }
        }
        report.insert(name.clone(), problems.into());
    }
    if json {
        println!("{}", serde_json::json!({ "ok": good, "templates": report }));
    }
    Ok(if good { Exit::Ok } else { Exit::No })
}

fn problems_of(files: &Files, fonts: &FontShelf) -> Vec<String> {
    let source = match TemplateSource::parse(files.clone()) {
        Ok(source) => source,
        Err(error) => return vec![error.to_string()],
    };
    let samples = match Sample::read_all(files) {
        Ok(samples) => samples,
        Err(problem) => return vec![problem],
    };
    let mut problems = check_template(&source, &samples.licence_type, fonts);
    problems.extend(samples.licence_type.problems().iter().map(ToString::to_string));
    let Ok(template) = PreparedTemplate::prepare(source, fonts) else { return problems };
    if samples.records.is_empty() {
        problems.push("sample.json holds no record".into());
    }
    for (index, face) in samples.records.into_iter().enumerate() {
        let found = face.and_then(|face| {
            let sample = Sample::new(&samples.licence_type, face, template.template())?;
            print_photos(&template, &sample.photos).map_err(|error| error.to_string())?;
            print(&template, &sample.text).map(|_| ()).map_err(|error| error.to_string())
        });
        problems.extend(found.err().map(|problem| format!("sample {}: {problem}", index + 1)));
    }
    problems
}

fn preview(shelf: &Shelf, name: &str, number: usize, variant: Variant, out: &Path) -> Result<usize, Failure> {
    let wrong = |problem: String| Failure::new(Exit::No, problem);
    let files = shelf.templates.get(name).ok_or_else(|| {
        Failure::usage(format!("no template {name}; there are: {}", shelf.templates.keys().cloned().collect::<Vec<_>>().join(", ")))
    })?;
    let source = TemplateSource::parse(files.clone()).map_err(|error| wrong(error.to_string()))?;
    let samples = Sample::read_all(files).map_err(wrong)?;
    let template = PreparedTemplate::prepare(source, &fonts(shelf)?).map_err(|error| wrong(error.to_string()))?;
    let face = samples.records.into_iter().nth(number.saturating_sub(1)).ok_or_else(|| Failure::usage(format!("no sample {number}")))?;
    let mut face = face.map_err(wrong)?;
    face.photos = print_photos(&template, &face.photos).map_err(|error| wrong(error.to_string()))?;
    let mut sample = Sample::new(&samples.licence_type, face, template.template()).map_err(wrong)?;
    sample.payload.template.digest = template.digest();
    sample.payload.pages = print(&template, &sample.text).map_err(|error| wrong(error.to_string()))?;
    let json = crate::domain::canonical::to_vec(&sample.payload).map_err(|error| wrong(error.to_string()))?;
    let document = render(&template, &sample.rendering(&json, variant)).map_err(|error| wrong(error.to_string()))?;
    std::fs::write(out, &document.bytes).map_err(|error| Failure::new(Exit::CannotWrite, format!("{}: {error}", out.display())))?;
    Ok(document.bytes.len())
}
