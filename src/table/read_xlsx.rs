//! Reads the one filled sheet of a workbook, cell after cell; formulas are refused even where a value stands beside them.

use crate::domain::face::{FieldProblem, ProblemCode};
use crate::table::{BadRow, Columns, Limits, Row, TableError, check_workbook::check_workbook, columns::cell, read_csv::outside};
use calamine::{DataRef, Reader, Xlsx, XlsxCellReader};
use std::io::Cursor;

/// Columns of a sheet that are looked at; cells further right refuse the file.
const MOST_COLUMNS: usize = 256;
/// Above it a number in a cell has lost digits.
const EXACT: f64 = 9_007_199_254_740_992.0;

type Workbook<'a> = Xlsx<Cursor<&'a [u8]>>;

/// One row as it is gathered.
struct Gathered {
    number: u64,
    cells: Vec<(usize, Result<String, CellProblem>)>,
}

/// Why a cell has no text.
#[derive(Clone, Copy)]
enum CellProblem {
    Formula,
    Error,
    LostDigits,
}

pub(super) fn read(bytes: &[u8], columns: &Columns, limits: &Limits, each: &mut dyn FnMut(Result<Row, BadRow>)) -> Result<u64, TableError> {
    check_workbook(bytes, limits)?;
    let mut workbook: Workbook<'_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| TableError::NotWorkbook)?;
    let sheet = filled_sheet(&mut workbook)?;
    let mut cells = workbook.worksheet_cells_reader(&sheet).map_err(|_| TableError::NotWorkbook)?;
    let (mut places, mut rows) = (None, 0);
    let mut finish = |row: Gathered| -> Result<(), TableError> {
        if row.cells.is_empty() {
            return Ok(());
        }
        let Some(places) = &places else {
            places = Some(heads(&row, columns)?);
            return Ok(());
        };
        rows += 1;
        if rows > limits.rows {
            return Err(TableError::TooManyRows(limits.rows));
        }
        each(check(row, places, columns));
        Ok(())
    };
    let mut row = Gathered { number: 0, cells: Vec::new() };
    while let Some((number, column, text)) = next(&mut cells, row.number)? {
        if number < row.number || column >= MOST_COLUMNS {
            return Err(TableError::Broken(number));
        }
        if number > row.number {
            finish(std::mem::replace(&mut row, Gathered { number, cells: Vec::new() }))?;
        }
        row.cells.push((column, text));
    }
    finish(row)?;
    if rows == 0 { Err(TableError::Empty) } else { Ok(rows) }
}

/// The name of the only sheet with cells.
fn filled_sheet(workbook: &mut Workbook<'_>) -> Result<String, TableError> {
    let mut filled = None;
    for name in workbook.sheet_names() {
        // Charts and the like hold no cells.
        let Ok(mut cells) = workbook.worksheet_cells_reader(&name) else { continue };
        if next(&mut cells, 0)?.is_some() && filled.replace(name).is_some() {
            return Err(TableError::MoreSheets);
        }
    }
    filled.ok_or(TableError::Empty)
}

/// A cell: its row from 1, its column from 0, its text.
type NextCell = (u64, usize, Result<String, CellProblem>);

/// The next cell that holds something.
fn next(cells: &mut XlsxCellReader<'_, Cursor<&[u8]>>, near: u64) -> Result<Option<NextCell>, TableError> {
    while let Some(cell) = cells.next_cell_with_formula_metadata().map_err(|_| TableError::Broken(near.max(1)))? {
        let text = match (cell.formula, cell.value) {
            (Some(_), _) => Err(CellProblem::Formula),
            (None, DataRef::Empty) => continue,
            (None, value) => text(value),
        };
        if !matches!(&text, Ok(text) if text.trim().is_empty()) {
            return Ok(Some((u64::from(cell.pos.0) + 1, cell.pos.1 as usize, text)));
        }
    }
    Ok(None)
}

fn text(value: DataRef<'_>) -> Result<String, CellProblem> {
    match value {
        DataRef::Empty => Ok(String::new()),
        DataRef::String(text) => Ok(text),
        DataRef::SharedString(text) => Ok(text.to_owned()),
        DataRef::Int(number) => Ok(number.to_string()),
        DataRef::Float(number) if number.abs() >= EXACT => Err(CellProblem::LostDigits),
        DataRef::Float(number) => Ok(number.to_string()),
        DataRef::Bool(truth) => Ok(truth.to_string()),
        DataRef::DateTime(at) if at.is_datetime() => {
            let (year, month, day, hour, minute, second, _) = at.to_ymd_hms_milli();
            let date = format!("{year:04}-{month:02}-{day:02}");
            Ok(if (hour, minute, second) == (0, 0, 0) { date } else { format!("{date} {hour:02}:{minute:02}:{second:02}") })
        }
        DataRef::DateTime(duration) => Ok(duration.as_f64().to_string()),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Ok(text),
        DataRef::Error(_) => Err(CellProblem::Error),
    }
}

/// Which column each cell of the head means.
fn heads(row: &Gathered, columns: &Columns) -> Result<Vec<Option<usize>>, TableError> {
    let mut heads = vec![String::new(); row.cells.iter().map(|(column, _)| column + 1).max().unwrap_or_default()];
    for (column, text) in &row.cells {
        let text = text.as_ref().map_err(|_| TableError::UnknownHeads("=".into()))?;
        if let Some(head) = heads.get_mut(*column) {
            head.clone_from(text);
        }
    }
    columns.of_heads(heads.iter().map(String::as_str))
}

fn check(row: Gathered, places: &[Option<usize>], columns: &Columns) -> Result<Row, BadRow> {
    let mut cells = vec![None; columns.len()];
    let mut problems = Vec::new();
    for (at, text) in row.cells {
        let place = places.get(at).copied().flatten();
        match (place.and_then(|place| Some((cells.get_mut(place)?, columns.iter().nth(place)?))), text) {
            (Some((place, _)), Ok(text)) => *place = cell(&text),
            (Some((_, column)), Err(problem)) => problems.push(problem.of(column)),
            (None, _) => problems.push(outside()),
        }
    }
    columns.check(row.number, cells, true, problems)
}

impl CellProblem {
    fn of(self, column: &crate::table::Column) -> FieldProblem {
        match self {
            Self::Formula => {
                column.problem(ProblemCode::Formula, "单元格是公式，请粘贴为数值。", "The cell is a formula; paste its value.")
            }
            Self::Error => column.problem(ProblemCode::WrongKind, "单元格是错误值。", "The cell holds an error."),
            Self::LostDigits => {
                let (zh, en) = (
                    "数字过长已丢失位数，请将单元格设为文本后重新填写。",
                    "The number is so long that digits are lost; format the cell as text and type it again.",
                );
                column.problem(ProblemCode::WrongNumber, zh, en)
            }
        }
    }
}
