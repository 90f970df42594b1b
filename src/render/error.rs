//! Why a template could not be prepared or a licence could not be drawn.

/// What happened, and what the person should do. Chinese first, English after it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// A font file is not one we can use.
    #[error(
        "字体文件 {file} 不可用（{why}），请换用带 glyf 轮廓的 TrueType 字体; font file {file} cannot be used ({why}): give a TrueType font with glyf outlines"
    )]
    BadFont {
        /// File name.
        file: String,
        /// What is wrong.
        why: String,
    },
    /// The template names a font file that is not there.
    #[error("模板用到的字体文件 {file} 不存在，请放入 templates/fonts; font file {file} is missing: put it into templates/fonts")]
    MissingFontFile {
        /// File name.
        file: String,
    },
    /// A style names a font that `[fonts]` of the template does not define.
    #[error("模板没有定义字体“{name}”，请在 [fonts] 中加入; the template does not define the font \"{name}\": add it under [fonts]")]
    UnknownFont {
        /// Logical name.
        name: String,
    },
    /// An image that the template names is not in its folder.
    #[error("模板文件夹缺少图片 {file}; image {file} is missing in the template folder")]
    MissingImage {
        /// File name.
        file: String,
    },
    /// A picture is broken, too large, or of a kind that we do not print.
    #[error("图片 {name} 不可用: {why}; picture {name} cannot be used: {why}")]
    BadImage {
        /// File name or field code.
        name: String,
        /// What is wrong.
        why: String,
    },
    /// No font of the chain has the character.
    #[error(
        "“{slot}”中的字符 {character:?} (U+{:04X}) 没有字体可印，请更正或加入含此字的字体; no font has the character {character:?} (U+{:04X}) of \"{slot}\": correct it or add a font that has it",
        u32::from(*.character), u32::from(*.character)
    )]
    MissingGlyph {
        /// Slot name or label text.
        slot: String,
        /// The character.
        character: char,
    },
    /// The text does not fit even at the smallest size.
    #[error(
        "“{slot}”的内容放不下，请缩短内容或放大模板中的位置; the text of \"{slot}\" does not fit its box at the smallest size: shorten it, or enlarge the box in the template"
    )]
    DoesNotFit {
        /// Slot name or label text.
        slot: String,
    },
    /// A table has more rows than its place.
    #[error("表格“{field}”有 {rows} 行，版面只能容纳 {max} 行; table \"{field}\" has {rows} rows, its place holds {max}")]
    TooManyRows {
        /// Field code.
        field: String,
        /// Rows given.
        rows: usize,
        /// Rows that fit.
        max: usize,
    },
    /// A photo's sides do not match its place.
    #[error(
        "照片“{field}”的宽高比 {given} 与版面要求的 {wanted} 不符，请裁剪后重传; photo \"{field}\" has sides {given}, its place has {wanted}: crop it and try again"
    )]
    PhotoAspect {
        /// Field code.
        field: String,
        /// Width and height in pixels, `295×413`.
        given: String,
        /// Width and height in mm.
        wanted: String,
    },
    /// The QR text needs a symbol larger than its place allows.
    #[error("二维码内容过长，版面上的模块将小于 0.34 毫米; the QR text is too long: its modules would be smaller than 0.34 mm")]
    QrTooLarge,
    /// The payload does not match the template.
    #[error("载荷与模板不符: {0}; the payload does not match the template: {0}")]
    Mismatch(String),
    /// The template contradicts itself.
    #[error("模板有误: {0}; the template is wrong: {0}")]
    BadTemplate(String),
}
