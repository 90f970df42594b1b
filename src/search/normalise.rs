//! Brings text to the form in which it is compared: half-width, lower case, simplified characters, single spaces.

use std::{collections::HashMap, sync::LazyLock};

/// Traditional characters of licence names beside their simplified ones. Others are found by their pinyin all the same.
const TRADITIONAL: &str = "證证執执業业許许營营個个體体會会經经機机構构築筑設设計计製制產产藥药醫医療疗護护師师資资質质檢检驗验測测監监\
督督務务運运輸输車车駕驾駛驶電电氣气網网絡络訊讯廣广視视電电動动勞劳險险領领導导調调節节環环境境處处置置廢废棄弃危危險险\
礦矿採采權权屬属產产記记錄录號号碼码編编書书單单張张據据報报告告請请審审批批準准備备登登變变註注銷销撤撤離离婚婚戶户籍籍\
學学習习歷历屆届教教師师幼幼園园員员專专職职稱称級级類类別别選选舉举團团黨党國国際际貿贸進进關关稅税務务財财會会銀银\
責责養养殘残優优撫抚軍军烈烈屬属遺遗產产繼继承承贈赠與与賣卖買买預预售售現现樓楼廠厂場场農农種种獸兽魚渔漁渔獵猎\
鄉乡鎮镇縣县區区州州東东門门間间開开辦办於于為为從从眾众傳传統统總总聯联繫系僅仅僱雇傭佣價价億亿優优兒儿內内兩两冊册\
劃划劑剂勢势匯汇協协參参雙双發发聽听啟启員员問问喪丧壓压壞坏塊块墊垫壽寿夠够實实寶宝專专對对導导層层屬属島岛帶带幣币\
強强彈弹後后徵征應应態态慶庆戰战擁拥擇择擔担據据擴扩攝摄敵敌數数斷断時时術术條条極极標标樣样橋桥權权歲岁殼壳氫氢沒没\
溝沟滅灭滿满濟济濾滤熱热燈灯爆爆爾尔牆墙獎奖獲获環环畫画異异當当療疗盡尽監监盤盘礎础禮礼種种積积穩稳競竞節节範范築筑\
糧粮紀纪約约納纳紙纸級级細细終终組组結结給给統统維维緊紧線线縱纵績绩織织繪绘續续聖圣職职腦脑臨临艦舰藝艺蘇苏虛虚衛卫\
補补裝装製制複复見见規规覽览觀观訂订討讨訓训託托設设評评詞词詢询試试誠诚語语說说課课調调論论諮咨謝谢識识譯译議议護护\
讀读讓让豐丰負负貢贡貨货貴贵貸贷費费貼贴賃赁賠赔質质購购輕轻載载輛辆輸输轉转辭辞邊边還还鄰邻醬酱釀酿釋释針针鋼钢錄录\
鍋锅鐵铁長长閉闭閱阅隊队階阶際际險险隨随雜杂雞鸡離离難难靈灵靜静頁页項项順顺預预頒颁頻频題题額额願愿風风飛飞飯饭飲饮\
養养館馆駐驻騎骑驗验體体鮮鲜鹽盐麥麦齊齐齡龄";

static SIMPLIFIED: LazyLock<HashMap<char, char>> =
    LazyLock::new(|| TRADITIONAL.chars().step_by(2).zip(TRADITIONAL.chars().skip(1).step_by(2)).collect());

/// Longest text that is looked at, characters; a query is far shorter.
const LONGEST: usize = 400;

/// The form in which texts are compared. Punctuation and runs of spaces become one space.
pub fn normalise(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().take(LONGEST) {
        let c = simplified(half_width(c));
        if c.is_alphanumeric() {
            out.extend(c.to_lowercase());
        } else if !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
    }
    out.truncate(out.trim_end().len());
    out
}

fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        _ => c,
    }
}

fn simplified(c: char) -> char {
    // Below lie Latin letters and signs, above lies nothing of the table.
    if !('\u{4e00}'..='\u{9fff}').contains(&c) {
        return c;
    }
    SIMPLIFIED.get(&c).copied().unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_look_alike_become_equal() {
        assert_eq!(normalise("　ＡＢｃ（試行）－１２　"), "abc 试行 12");
        assert_eq!(normalise("醫療機構執業許可證"), "医疗机构执业许可证");
        assert_eq!(normalise("…!?"), "");
        assert_eq!(normalise(&"长".repeat(5000)).chars().count(), LONGEST);
    }

    #[test]
    fn the_table_holds_pairs_of_one_traditional_and_one_simplified_character() {
        assert_eq!(TRADITIONAL.chars().count() % 2, 0);
        assert!(TRADITIONAL.chars().all(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)));
        // Whatever stands on the right is final: normalising twice changes nothing.
        for simple in TRADITIONAL.chars().skip(1).step_by(2) {
            assert_eq!(simplified(simple), simple, "{simple}");
        }
    }
}
