//! Why a whole file is no table that can be read.

/// A refusal of the file; nothing of it counts. Displayed as `中文。 English.`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// More bytes than are read.
    #[error("文件超过 {0} 字节的上限，请分批导入。 The file is longer than {0} bytes; import it in parts.")]
    TooLong(usize),
    /// More rows than are read.
    #[error("数据超过 {0} 行的上限，请分批导入。 There are more than {0} rows; import them in parts.")]
    TooManyRows(u64),
    /// Neither UTF-8 nor GB18030.
    #[error("文件编码无法识别，请另存为 UTF-8 编码的 CSV。 The encoding is neither UTF-8 nor GB18030; save the file as CSV in UTF-8.")]
    Encoding,
    /// No head line, or no row below it.
    #[error("文件没有表头或没有数据行。 The file has no head line, or no row below it.")]
    Empty,
    /// Heads that no column has.
    #[error("表头无法识别：{0}；请按模板修改列名。 These heads are unknown: {0}; name the columns as the template does.")]
    UnknownHeads(String),
    /// A head that stands twice.
    #[error("表头重复：{0}。 This head stands twice: {0}.")]
    RepeatedHead(String),
    /// Columns that must be there are not.
    #[error("缺少必需的列：{0}。 These columns must be there: {0}.")]
    MissingHeads(String),
    /// Broken text or XML; from that row on, as a reader of the file counts.
    #[error("第 {0} 行附近的内容已损坏，无法读取。 The file is broken near row {0} and cannot be read.")]
    Broken(u64),
    /// Not an array of flat objects.
    #[error("JSON 须为对象的数组，每个对象一行。 The JSON must be an array of objects, one a row.")]
    NotRows,
    /// An old or encrypted workbook.
    #[error(
        "这是旧版（.xls）或加密的工作簿，请去掉密码并另存为 .xlsx。 This workbook is of the old kind or encrypted; save it as .xlsx without a password."
    )]
    OldWorkbook,
    /// No workbook at all, or a damaged one.
    #[error("这不是完好的 .xlsx 工作簿。 This is not an intact .xlsx workbook.")]
    NotWorkbook,
    /// Macros, external links, embedded objects.
    #[error(
        "工作簿含有宏、外部链接或嵌入对象（{0}），不予读取。 The workbook holds macros, external links or embedded objects ({0}); remove them."
    )]
    ActiveParts(&'static str),
    /// A part with a name that no workbook needs.
    #[error("工作簿含有名称异常的部件，不予读取。 The workbook has a part with a suspicious name.")]
    PartName,
    /// Too many parts.
    #[error("工作簿的部件超过 {0} 个。 The workbook has more than {0} parts.")]
    TooManyParts(usize),
    /// It would inflate to more than is allowed: a zip bomb.
    #[error(
        "工作簿解压后超过 {0} 字节的上限（疑似压缩炸弹），不予读取。 The workbook would inflate to more than {0} bytes; it looks like a zip bomb and is not read."
    )]
    Inflates(u64),
    /// A part shrinks so much, or says so wrongly how long it is, as honest ones never do.
    #[error(
        "工作簿的压缩比异常（疑似压缩炸弹），不予读取。 The workbook is compressed beyond all measure, or lies about it; it looks like a zip bomb and is not read."
    )]
    Ratio,
    /// Cells on a second sheet would be lost.
    #[error("工作簿有多张非空工作表，请只保留一张。 More than one sheet holds cells; keep only one.")]
    MoreSheets,
}

impl TableError {
    /// The machine code, for audit lines and answers.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLong(_) => "TOO_LONG",
            Self::TooManyRows(_) => "TOO_MANY_ROWS",
            Self::Encoding => "ENCODING",
            Self::Empty => "EMPTY",
            Self::UnknownHeads(_) => "UNKNOWN_HEADS",
            Self::RepeatedHead(_) => "REPEATED_HEAD",
            Self::MissingHeads(_) => "MISSING_HEADS",
            Self::Broken(_) => "BROKEN",
            Self::NotRows => "NOT_ROWS",
            Self::OldWorkbook => "OLD_WORKBOOK",
            Self::NotWorkbook => "NOT_WORKBOOK",
            Self::ActiveParts(_) => "ACTIVE_PARTS",
            Self::PartName => "PART_NAME",
            Self::TooManyParts(_) => "TOO_MANY_PARTS",
            Self::Inflates(_) => "INFLATES",
            Self::Ratio => "RATIO",
            Self::MoreSheets => "MORE_SHEETS",
        }
    }
}
