//! Tables into the catalogue and out of it, on both databases: dry run, four eyes, all or nothing or row by row; what must be refused; search.

mod common;

use common::authority::{self, actor, services};
use elicence::domain::actor::{Actor, Role};
use elicence::domain::application::ApplicationId;
use elicence::domain::catalogue_import::{ImportMode, ImportState};
use elicence::domain::face::ProblemCode;
use elicence::domain::page::PageRequest;
use elicence::domain::payload::Party;
use elicence::domain::row_report::{RowOutcome, RowReport};
use elicence::services::{
    CatalogueFacet, CatalogueMatches, CatalogueQuery, Decision, ExportFormat, ImportDocument, ImportRequest, ImportView, Refusal, Services,
    TableFormat,
};
use elicence::table::TableError;
use std::fmt::Write as _;
use std::io::{Cursor, Write as _};
use std::path::Path;

const SHIPPED: &[u8] = include_bytes!("../catalogue/entries.csv");
const HEAD: &str = "type_code,name,defining_authority,defining_authority_code,defining_level,holder_category,validity_range,issuing_level,class,root,theme,industry,name_en\n";

/// A manager of the catalogue in another department.
fn theirs() -> Actor {
    let department = Party { name: "示例市另一局".into(), code: "11100000000013338W".into() };
    Actor { id: "li".into(), department, roles: vec![Role::CatalogueManager, Role::Reviewer] }
}

fn row(number: usize, name: &str) -> String {
    let authority = authority::DEPARTMENT;
    format!("{authority}{number:03},{name},示例市行政审批局,{authority},地市级,法人,5年^长期,区县级,证照,法人,经营许可,市场监管,\n")
}

fn table(rows: &[String]) -> Vec<u8> {
    format!("{HEAD}{}", rows.concat()).into_bytes()
}

fn request(bytes: impl Into<Vec<u8>>, mode: ImportMode) -> ImportRequest {
    ImportRequest { bytes: bytes.into(), format: TableFormat::Csv, mode, dry_run: false }
}

async fn import(services: &Services, by: &Actor, bytes: impl Into<Vec<u8>>, mode: ImportMode) -> Result<ImportView, Refusal> {
    services.import_catalogue(by, request(bytes, mode)).await
}

async fn approve(services: &Services, import: &ImportView) -> Result<(), Refusal> {
    let id = ApplicationId::from_hex(import.application_id.as_deref().unwrap()).unwrap();
    services.review_application(&actor("wang"), id, Decision::Approve, None).await.map(|_| ())
}

async fn search(services: &Services, by: &Actor, text: &str, narrow: &[(CatalogueFacet, &str)]) -> CatalogueMatches {
    let narrow = narrow.iter().map(|(facet, value)| (*facet, (*value).to_owned())).collect();
    services.search_catalogue(by, CatalogueQuery { text: text.into(), narrow }, &PageRequest::first()).await.unwrap()
}

fn names(matches: &CatalogueMatches) -> Vec<&str> {
    matches.page.items.iter().map(|found| found.entry.entry.name.as_str()).collect()
}

async fn report(services: &Services, import: &ImportView) -> Vec<RowReport> {
    let (_, bytes) = services.read_import_document(&actor("zhao"), &import.import_id, ImportDocument::Report).await.unwrap();
    bytes.split(|b| *b == b'\n').filter(|line| !line.is_empty()).map(|line| serde_json::from_slice(line).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shipped_catalogue_is_checked_handed_in_reviewed_and_found() {
    for place in common::places().await {
        let services = services(&place).await;
        let zhao = actor("zhao");
        let dry = services.import_catalogue(&zhao, ImportRequest { dry_run: true, ..request(SHIPPED, ImportMode::All) }).await.unwrap();
        assert_eq!((dry.state, dry.counts.add, dry.counts.refuse, dry.application_id.clone()), (ImportState::Checked, 428, 0, None));
        let rows = report(&services, &dry).await;
        assert_eq!((rows.len(), rows[0].row, rows[427].row), (428, 2, 429), "every row is reported");
        assert_eq!(search(&services, &zhao, "", &[]).await.total, 0, "a dry run changes nothing");

        let batch = import(&services, &zhao, SHIPPED, ImportMode::All).await.unwrap();
        assert_eq!(batch.state, ImportState::Submitted);
        assert_eq!(search(&services, &zhao, "", &[]).await.total, 0, "nothing takes effect before it is reviewed");
        let id = ApplicationId::from_hex(batch.application_id.as_deref().unwrap()).unwrap();
        let own = services.review_application(&zhao, id, Decision::Approve, None).await.unwrap_err();
        assert!(matches!(own, Refusal::OwnRequest), "{own:?}");
        approve(&services, &batch).await.unwrap();
        assert_eq!(services.read_import(&zhao, &batch.import_id).await.unwrap().state, ImportState::InForce);

        assert_eq!(names(&search(&services, &theirs(), "食品生产许可证", &[]).await)[0], "食品生产许可证");
        for text in ["spscxkz", "shipinshengchan", "shipinshegnchan", "食品生产许可正", "食產", "Food production"] {
            assert!(names(&search(&services, &theirs(), text, &[]).await).contains(&"食品生产许可证"), "{text}");
        }
        let narrowed = search(&services, &zhao, "证", &[(CatalogueFacet::Theme, "职业资格"), (CatalogueFacet::Industry, "司法")]).await;
        assert!(names(&narrowed).contains(&"律师执业证") && narrowed.total < 12, "{:?}", names(&narrowed));
        assert!(narrowed.facets["theme"].len() > 1, "other themes are still offered");

        let again = import(&services, &zhao, SHIPPED, ImportMode::All).await.unwrap();
        assert_eq!((again.state, again.counts.unchanged), (ImportState::Checked, 428), "the same table changes nothing");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_a_search_hold_every_match_once() {
    for place in common::places().await {
        let services = services(&place).await;
        let zhao = actor("zhao");
        assert_eq!(services.begin_catalogue(SHIPPED).await.unwrap(), 428);
        assert_eq!(services.begin_catalogue(SHIPPED).await.unwrap(), 0, "a second start adds nothing");
        let (mut after, mut found) = (None, vec![]);
        loop {
            let page = PageRequest::new(Some(50), after).unwrap();
            let query = CatalogueQuery { text: "许可".into(), narrow: vec![] };
            let matches = services.search_catalogue(&zhao, query, &page).await.unwrap();
            found.extend(names(&matches).into_iter().map(str::to_owned));
            after = matches.page.next.clone();
            if after.is_none() {
                assert_eq!(found.len(), matches.total);
                break;
            }
        }
        let total = found.len();
        found.sort();
        found.dedup();
        assert_eq!(found.len(), total);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_wrong_row_refuses_the_batch_or_only_itself() {
    for place in common::places().await {
        let services = services(&place).await;
        let zhao = actor("zhao");
        let bytes = table(&[row(901, "示例一证"), row(902, "=cmd|' /C calc'!A0"), row(903, "示例三证"), row(901, "示例一证")]);
        let refused = import(&services, &zhao, bytes.clone(), ImportMode::All).await.unwrap_err();
        let Refusal::BadRows { import_id, refused: 2, rows: 4, wrong } = &refused else { panic!("{refused:?}") };
        assert_eq!((wrong[0].row, wrong[0].problems[0].field.as_str(), wrong[0].problems[0].code), (3, "name", ProblemCode::Formula));
        assert_eq!((wrong[1].row, wrong[1].problems[0].code), (5, ProblemCode::Repeated));
        let kept = services.read_import(&zhao, import_id).await.unwrap();
        assert_eq!((kept.state, kept.application_id.clone()), (ImportState::Refused, None));
        assert_eq!(report(&services, &kept).await.len(), 4, "the report of a refused batch is kept");
        let (_, upload) = services.read_import_document(&zhao, import_id, ImportDocument::Upload).await.unwrap();
        assert_eq!(upload, bytes, "and nothing of the file is lost");

        let batch = import(&services, &zhao, bytes, ImportMode::Rows).await.unwrap();
        assert_eq!((batch.counts.add, batch.counts.refuse, batch.wrong.len()), (2, 2, 2));
        approve(&services, &batch).await.unwrap();
        assert_eq!(names(&search(&services, &zhao, "示例", &[]).await), ["示例一证", "示例三证"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_the_catalogue_has_overtaken_is_refused_or_leaves_that_row_out() {
    for place in common::places().await {
        let services = services(&place).await;
        let zhao = actor("zhao");
        let both = table(&[row(901, "示例一证"), row(902, "示例二证")]);
        let (all, rows) = (
            import(&services, &zhao, both.clone(), ImportMode::All).await.unwrap(),
            import(&services, &zhao, both, ImportMode::Rows).await.unwrap(),
        );
        let first = import(&services, &zhao, table(&[row(902, "示例二证（先到）")]), ImportMode::All).await.unwrap();
        approve(&services, &first).await.unwrap();
        let overtaken = approve(&services, &all).await.unwrap_err();
        assert!(matches!(overtaken, Refusal::EntryExists), "{overtaken:?}");
        assert_eq!(search(&services, &zhao, "示例", &[]).await.total, 1, "all or nothing");
        approve(&services, &rows).await.unwrap();
        assert_eq!(services.read_import(&zhao, &rows.import_id).await.unwrap().skipped, 1);
        assert_eq!(names(&search(&services, &zhao, "示例", &[]).await), ["示例一证", "示例二证（先到）"]);
        let twice = approve(&services, &rows).await.unwrap_err();
        assert!(matches!(twice, Refusal::WrongStep(_)), "{twice:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn others_change_only_what_they_maintain_and_read_only_their_own_batches() {
    for place in common::places().await {
        let services = services(&place).await;
        let ours = import(&services, &actor("zhao"), table(&[row(901, "示例一证")]), ImportMode::All).await.unwrap();
        approve(&services, &ours).await.unwrap();
        let refused = import(&services, &theirs(), table(&[row(901, "改名")]), ImportMode::All).await.unwrap_err();
        let Refusal::BadRows { wrong, .. } = &refused else { panic!("{refused:?}") };
        assert_eq!(wrong[0].problems[0].code, ProblemCode::NotAllowed);
        let mine = import(&services, &theirs(), table(&[row(902, "示例二证")]), ImportMode::All).await.unwrap();
        approve(&services, &mine).await.unwrap();
        let renamed = import(&services, &theirs(), table(&[row(902, "示例二证（改）")]), ImportMode::All).await.unwrap();
        assert_eq!((renamed.counts.change, renamed.state), (1, ImportState::Submitted), "whoever brought an entry in maintains it");
        assert!(matches!(services.read_import(&theirs(), &ours.import_id).await, Err(Refusal::NotFound)));
        assert!(services.read_import(&actor("zhao"), &mine.import_id).await.is_ok(), "the managing department reads them all");
        let listed = services.list_imports(&theirs(), &PageRequest::first()).await.unwrap();
        assert!(!listed.items.is_empty() && listed.items.iter().all(|item| item.organisation_code == theirs().department.code));
        let clerk = Actor { roles: vec![Role::Clerk], ..actor("clerk") };
        assert!(matches!(import(&services, &clerk, table(&[row(903, "x")]), ImportMode::All).await, Err(Refusal::Forbidden(_))));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_shared_is_neither_found_nor_exported_by_others() {
    for place in common::places().await {
        let services = services(&place).await;
        let secret = row(901, "内部证").replacen(",\n", ",,,否\n", 1);
        let bytes = format!("{},related_items,shared\n{}", HEAD.trim_end(), secret);
        let batch = import(&services, &actor("zhao"), bytes, ImportMode::All).await.unwrap();
        approve(&services, &batch).await.unwrap();
        assert_eq!(search(&services, &actor("zhao"), "内部", &[]).await.total, 1);
        let matches = search(&services, &theirs(), "内部", &[]).await;
        assert!(matches.total == 0 && matches.facets.is_empty());
        assert!(!String::from_utf8(export(&services, &theirs(), ExportFormat::Csv).await).unwrap().contains("内部证"));
    }
}

async fn export(services: &Services, by: &Actor, format: ExportFormat) -> Vec<u8> {
    let mut pieces = services.export_catalogue(by, CatalogueQuery::default(), format).await.unwrap();
    let mut table = vec![];
    while let Some(piece) = pieces.recv().await {
        table.extend(piece);
    }
    table
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_an_import() {
    for place in common::places().await {
        let services = services(&place).await;
        services.begin_catalogue(SHIPPED).await.unwrap();
        for (export_as, format) in [(ExportFormat::Csv, TableFormat::Csv), (ExportFormat::Json, TableFormat::Json)] {
            let bytes = export(&services, &actor("zhao"), export_as).await;
            let again =
                services.import_catalogue(&actor("zhao"), ImportRequest { bytes, format, mode: ImportMode::All, dry_run: true }).await;
            assert_eq!(again.unwrap().counts.unchanged, 428, "{export_as:?}");
        }
    }
}

/// As spreadsheets in China save it.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_in_gb18030_is_read() {
    for place in common::places().await {
        let services = services(&place).await;
        let text = String::from_utf8(table(&[row(901, "示例一证"), row(902, "𠮷祥证")])).unwrap();
        let (bytes, ..) = encoding_rs::GB18030.encode(&text);
        let batch = import(&services, &actor("zhao"), bytes.into_owned(), ImportMode::All).await.unwrap();
        approve(&services, &batch).await.unwrap();
        assert_eq!(search(&services, &actor("zhao"), "𠮷祥证", &[]).await.total, 1);
    }
}

/// A workbook whose one sheet is `bytes`.
fn workbook(sheet: &[u8]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(vec![]));
    for (name, bytes) in
        [("[Content_Types].xml", &b"<Types/>"[..]), ("xl/workbook.xml", b"<workbook/>"), ("xl/worksheets/sheet1.xml", sheet)]
    {
        archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_zip_bomb_is_refused_and_written_down() {
    let bomb = workbook(&vec![b' '; 200 << 20]);
    assert!(bomb.len() < 1 << 20, "200 MB in {} bytes", bomb.len());
    for place in common::places().await {
        let services = services(&place).await;
        let sent = ImportRequest { bytes: bomb.clone(), format: TableFormat::Xlsx, mode: ImportMode::Rows, dry_run: false };
        let refused = services.import_catalogue(&actor("zhao"), sent).await.unwrap_err();
        assert!(matches!(refused, Refusal::BadTable(TableError::Ratio)), "{refused:?}");
        assert!(services.list_imports(&actor("zhao"), &PageRequest::first()).await.unwrap().items.is_empty());
        let store = place.open().await;
        let lines = store.database.read("select line from audit_lines", vec![]).await.unwrap();
        let lines: Vec<_> = lines.iter().map(|line| line.text("line").unwrap()).collect();
        let told = |line: &&String| ["import-catalogue", "refused", "RATIO", "zhao"].iter().all(|word| line.contains(word));
        assert_eq!(lines.iter().filter(told).count(), 1, "{lines:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_thousand_rows_with_one_wrong_change_nothing_and_say_which() {
    let mut bytes = HEAD.to_owned();
    for number in 0..100_000 {
        // A wrong check digit of the defining authority in one row. The order number has three digits, so the codes repeat: they are told apart
        // by the authority.
        let code = uscc(number / 1000);
        let shown = if number == 77_777 { "11999999000000027H" } else { &code };
        let order = number % 1000;
        writeln!(bytes, "{code}{order:03},示例证{number},示例局,{shown},地市级,法人,5年,区县级,证照,法人,经营许可,市场监管,").unwrap();
    }
    for place in common::places().await {
        let services = services(&place).await;
        let refused = import(&services, &actor("zhao"), bytes.clone(), ImportMode::All).await.unwrap_err();
        let Refusal::BadRows { import_id, refused: 1, rows: 100_000, wrong } = &refused else { panic!("{refused:?}") };
        assert_eq!((wrong[0].row, wrong[0].problems[0].field.as_str()), (77_779, "defining_authority_code"));
        assert_eq!(search(&services, &actor("zhao"), "", &[]).await.total, 0);
        let kept = services.read_import(&actor("zhao"), import_id).await.unwrap();
        let rows = report(&services, &kept).await;
        assert_eq!((rows.len(), rows.iter().filter(|row| row.outcome == RowOutcome::Refuse).count()), (100_000, 1));
    }
    let more = bytes + &row(1, "多一行");
    let services = services(&common::Place::sqlite()).await;
    let refused = import(&services, &actor("zhao"), more, ImportMode::Rows).await.unwrap_err();
    assert!(matches!(refused, Refusal::BadTable(TableError::TooManyRows(100_000))), "{refused:?}");
}

/// An invented code whose check digit fits (GB 32100).
fn uscc(number: usize) -> String {
    let begin = format!("119999990{number:08}");
    let fits = |last: char| elicence::domain::codes::Uscc::parse(&format!("{begin}{last}")).is_ok();
    let last = "0123456789ABCDEFGHJKLMNPQRTUWXY".chars().find(|last| fits(*last)).unwrap();
    format!("{begin}{last}")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sent_lies_sealed_until_it_is_in_force() {
    for place in common::places().await {
        let services = services(&place).await;
        import(&services, &actor("zhao"), table(&[row(901, "QUITEUNIQUENAME")]), ImportMode::All).await.unwrap();
        services.tidy().await;
        let mut files = vec![];
        gather(place.path(), &mut files);
        assert!(files.len() >= 3, "{files:?}");
        for file in files {
            let bytes = std::fs::read(&file).unwrap();
            assert!(!bytes.windows(15).any(|part| part == b"QUITEUNIQUENAME"), "{}", file.display());
        }
    }
}

fn gather(folder: &Path, files: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { gather(&path, files) } else { files.push(path) }
    }
}
