//! Where a line of Chinese text may end (避头尾, GB/T 15834 and common practice), with Latin words and numbers kept whole.

/// May a line break stand between these two neighbours?
pub(crate) fn may_break(before: char, after: char) -> bool {
    if is_space(after) {
        // The space itself goes to the end of the line, where it is dropped.
        return false;
    }
    if never_at_start(after) || never_at_end(before) {
        return false;
    }
    !(in_word(before) && in_word(after))
}

/// Spaces that disappear at the end of a line.
pub(crate) fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\u{3000}' | '\u{a0}')
}

/// Closing punctuation and what hangs on the character before it.
fn never_at_start(c: char) -> bool {
    "、。，．：；？！）］｝〕〉》」』】〗’”…—～·%‰℃℉°′″!),.:;?]}ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ㎡￠".contains(c)
}

/// Opening punctuation and what hangs on the character after it.
fn never_at_end(c: char) -> bool {
    "（［｛〔〈《「『【〖‘“([{￥$£№#".contains(c)
}

/// Characters that hold together as a word or number.
fn in_word(c: char) -> bool {
    (c.is_alphanumeric() && u32::from(c) < 0x2e80) || "-_./:@&+'*=~\\".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinsoku_and_words() {
        for (before, after, expected) in [
            ('国', '家', true),
            ('国', '，', false),
            ('（', '国', false),
            ('国', '（', true),
            ('，', '国', true),
            ('a', 'b', false),
            ('1', '.', false),
            ('国', 'A', true),
            ('9', '年', true),
            (' ', '国', true),
            ('国', ' ', false),
            ('”', '。', false),
            ('…', '…', false),
        ] {
            assert_eq!(may_break(before, after), expected, "{before}{after}");
        }
    }
}
