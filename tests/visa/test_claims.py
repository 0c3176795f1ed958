"""Prohibited claims: found in three languages, without false positives."""

from __future__ import annotations

from pipeline.resources import read_data
from pipeline.visa.claims import makes_claim
from pipeline.visa.rules.catalogue import checked_rules

REFUSED = {
    "REG-08": [
        "厚生労働省承認の治療です。",
        "この再生医療は厚労省に認可されています。",
        "厚生労働大臣が承認した療法です。",
        "当院の治療は地方厚生局の認可済みです。",
        "国の承認を受けた再生医療です。",
        "厚 生 労 働 省 承 認",
        "厚生労働省が承認しているので心配ありません。",
        "厚生労働省承認の治療で問題ありません。",
        "MHLW-approved stem cell therapy",
        "ＭＨＬＷ approved therapy",
        "The therapy is approved by the Ministry of Health, Labour and Welfare.",
        "The Ministry of Health, Labour and Welfare has approved this therapy.",
        "a government-approved treatment",
        "There is no doubt: the therapy is approved by the MHLW.",
        "It is not only approved by MHLW but also effective.",
        "With approval from the Japanese Ministry of Health",
        "The clinic is not large. The therapy is MHLW-approved.",
        "该疗法经厚生劳动省正式批准。",
        "厚劳省认可的疗法",
        "获得日本政府批准的再生医疗",
        "已获国家批准",
    ],
    "REG-09": ["特定細胞加工物製造届書", "特定細胞加工物の製造施設"],
    "SPO-03": [
        "WADA承認の治療です。",
        "この治療はWADAに承認されています。",
        "この治療はドーピングに該当しません。",
        "ドーピングに当たらない治療です。",
        "WADA-approved stem cell therapy",
        "The therapy is approved by the World Anti-Doping Agency.",
        "WADA has approved the therapy.",
        "Stem cells are not doping.",
        "该疗法为WADA认可疗法。",
        "本疗法经世界反兴奋剂机构批准。",
        "干细胞不属于兴奋剂。",
    ],
    "TB-03": [
        "中国籍の申請人は結核スクリーニングが義務です。",
        "中国の方は入国前に結核検査を受けなければなりません。",
        "申請人は入国前結核スクリーニング（JPETS）の対象です。",
        "患者は結核検査が必須です。",
        "Chinese nationals must be screened for TB before entry.",
        "TB screening is mandatory for applicants from China.",
        "中国国籍はTBスクリーニングが義務です。",
        "Chinese citizens are subject to Japan's pre-entry tuberculosis screening.",
        "The applicant is required to undergo JPETS screening.",
        "中国公民必须接受入境前结核筛查。",
        "申请人须接受结核检查。",
        "申请人属于入境前结核筛查（JPETS）的对象。",
    ],
    "VIS-06": [
        "Apply for the medical stay visa on the JAPAN eVISA website.",
        "The application can be filed through eVISA.",
        "医療滞在ビザはeVISAで申請できます。",
        "電子ビザシステムを利用して申請してください。",
        "医疗签证可通过eVISA网站申请。",
        "请使用电子签证系统办理。",
    ],
    "VIS-11": [
        "A medical visa is mandatory for every visit.",
        "Patients must apply for a medical stay visa.",
        "医療滞在ビザの取得が必須です。",
        "来日就医必须办理医疗签证。",
    ],
    "DOC-10": [
        "A 3-year multiple-entry visa is guaranteed.",
        "We guarantee the visa.",
        "ビザの発給を保証します。",
        "3年数次ビザが必ず保証されます。",
        "保证签发三年多次签证。",
        "签证一定能通过。",
    ],
    "DOC-15": [
        "The applicant must have RMB 100,000 in the bank.",
        "A balance of RMB 200,000 is required.",
        "残高10万元以上が必要です。",
        "必须有10万元以上存款。",
        "存款不得少于20万元。",
    ],
}

ALLOWED = {
    "REG-08": [
        "厚生労働省の地方厚生局に提供計画を提出（受理）した治療です。",
        "提供計画の受理は、治療の効果を国が認めたことを意味しません。",
        "本治療は厚生労働省に承認されたものではありません。",
        "厚生労働省の認可を受けていない治療です。",
        "厚生労働省未承認の治療です。",
        "厚生労働大臣の許可を受けた細胞加工施設です。",
        "米国の承認を受けた薬剤を使います。",
        "みほん特定認定再生医療等委員会の審査を受けました。",
        "出典：厚生労働省「再生医療について」",
        "The therapy is not approved by the MHLW.",
        "This is not an MHLW-approved therapy.",
        "The Ministry of Health, Labour and Welfare has not approved the therapy.",
        "This does not mean approval of the effect by the Ministry of Health, Labour and Welfare.",
        "Plan submitted (received) under the Act on the Safety of Regenerative Medicine",
        "The plan was approved by our ethics committee.",
        "Source: Ministry of Health, Labour and Welfare (MHLW); as of 2026-11-22",
        "该疗法未经厚生劳动省批准。",
        "并非由厚劳省认可的疗法。",
        "厚生劳动省并未批准该疗法。",
        "已向厚生劳动省提交（受理）提供计划。",
    ],
    "REG-09": ["特定細胞加工物等製造届書", "特定細胞加工物等の製造施設"],
    "SPO-03": [
        "本治療はWADAに承認されたものではありません。",
        "ドーピングに該当しないとは限らないので、CHINADAに確認してください。",
        "ドーピングに当たらないかどうかは CHINADA に確認します。",
        "The therapy is not WADA-approved.",
        "WADA has not approved the therapy.",
        "The athlete asks CHINADA whether the cells are not doping.",
        "Whether a treatment is prohibited depends on what is added (WADA list).",
        "该疗法未获WADA认可。",
        "请向CHINADA确认是否属于禁用方法。",
        "不能保证不属于兴奋剂。",
    ],
    "TB-03": [
        "今回の滞在は1回90日以内（短期滞在）のため、入国前結核スクリーニング（JPETS）の対象ではありません。",
        "中国籍の申請人については開始時期が未定です（JPETS、結核スクリーニングの対象国）。",
        "申請人に結核スクリーニングの義務はありません。",
        "喀痰検査（必要な場合）",
        "中国籍の患者は結核検査が不要です。",
        "Chinese nationals are not required to be screened for TB.",
        "For Chinese nationals the start of pre-entry tuberculosis screening (JPETS) has not been set.",
        "TB screening (JPETS) is not mandatory for applicants from China.",
        "The hospital's staff must be screened for TB.",
        "The patient must undergo a chest examination.",
        "每次停留均在90天以内，申请人不属于入境前结核筛查（JPETS）的对象。",
        "中国申请人无需接受结核筛查。",
        "对中国公民的结核筛查开始时间尚未确定，届时须再确认。",
    ],
    "VIS-06": [
        "Medical stays cannot be applied for through eVISA.",
        "The eVISA is not for medical stays.",
        "eVISAでは申請できません。",
        "医疗签证不能通过eVISA申请。",
        "Apply at a designated agency on paper.",
    ],
    "VIS-11": [
        "A medical stay visa is not mandatory for a short stay.",
        "This is an application for a medical stay visa.",
        "医療滞在ビザが必須ではありません。",
        "医疗签证不是必须的。",
    ],
    "DOC-10": [
        "The issue of the visa is not guaranteed.",
        "Concerning the entry into Japan of the person named above, we guarantee the following.",
        "上記の者の本邦入国に関し、下記の事項について保証します。",
        "ビザの発給を保証するものではありません。",
        "不保证签发签证。",
        "身元保証書はビザの発給を保証しません。",
    ],
    "DOC-15": [
        "Treatment costs RMB 100,000.",
        "No minimum of RMB 100,000 is required.",
        "10万元以上の金額の定めはありません。",
        "没有10万元以上的规定。",
    ],
}


def test_a_claim_is_found() -> None:
    assert [(rule, text) for rule, texts in REFUSED.items() for text in texts if not makes_claim(rule, text)] == []


def test_what_denies_the_claim_or_says_something_else_is_none() -> None:
    assert [(rule, text) for rule, texts in ALLOWED.items() for text in texts if makes_claim(rule, text)] == []


def test_every_claim_has_samples_and_a_rule() -> None:
    known = set(read_data("wordings")["claims"])
    assert known == set(REFUSED) == set(ALLOWED)
    assert known <= set(checked_rules())
