//! From a licence and a prepared template to an unsealed document. Pure: the same input gives the same bytes; nothing here signs.

mod attachment;
mod check_template;
mod colour_profile;
mod constant_part;
mod document_info;
mod draw_licence;
mod draw_page;
mod draw_text;
mod error;
mod font_face;
mod font_shelf;
mod font_subset;
mod jpeg;
mod line_break;
mod pattern;
mod picture;
mod prepare;
mod print;
mod qr;
mod reading_order;
mod seal_picture;
mod set_text;
mod uploaded_seal;
mod watermark;

pub use check_template::check_template;
pub use draw_licence::{Rendering, Variant, render};
pub use error::RenderError;
pub use font_face::{FontBytes, FontFace};
pub use font_shelf::FontShelf;
pub use prepare::{PreparedTemplate, TemplateSource, template_digest};
pub use print::{print, print_photos};
pub use seal_picture::{SealDesign, seal_picture};
pub use uploaded_seal::uploaded_seal;
