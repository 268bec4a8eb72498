//! Word lists: names of people, and texts that they write.

/// Given names of customers' users.
pub(crate) const GIVEN: [&str; 24] = [
    "Alice", "Bela", "Carys", "Dara", "Edda", "Fenna", "Goran", "Hedda", "Ilse", "Jonas", "Kaija", "Linus", "Maeve",
    "Nils", "Orla", "Priya", "Quentin", "Runa", "Sanna", "Tove", "Una", "Viggo", "Wanda", "Yara",
];

/// Surnames of customers' users.
pub(crate) const SURNAMES: [&str; 24] = [
    "Ashgrove",
    "Birkwood",
    "Calder",
    "Dunmarsh",
    "Eastholm",
    "Fennick",
    "Garrowby",
    "Hollin",
    "Ingleby",
    "Jarrow",
    "Kettlewick",
    "Lowmoor",
    "Marsden",
    "Northgarth",
    "Oakhanger",
    "Penhallow",
    "Quarmby",
    "Ravenser",
    "Stanhope",
    "Thornby",
    "Ulverston",
    "Varley",
    "Wharram",
    "Yelland",
];

/// Names as Japanese customers' directories show them.
pub(crate) const JAPANESE_PEOPLE: [&str; 6] = [
    "霧島 あおい",
    "鶴見 健一",
    "月岡 さくら",
    "朝比奈 蓮",
    "白瀬 美咲",
    "風間 ひかり",
];

/// Justifications that support writes.
pub(crate) const REASONS: [&str; 14] = [
    "Customer called in: cannot sign in after changing phones.",
    "Password reset requested by the account owner, identity checked by call-back.",
    "Admin reports users locked out since this morning's policy change.",
    "Investigating slow sign-in, collecting examples for engineering.",
    "Follow-up on yesterday's case, verifying that the fix holds.",
    "Customer asks why a contractor still shows up in the finance group.",
    "Checking group assignment before the migration window.",
    "Device enrolment fails with a certificate error.",
    "Licence count differs from the invoice, comparing both lists.",
    "Customer asked for a list of users without a second factor.",
    "Escalated by the shift lead, see notes in the case.",
    "App tile missing for new starters, comparing with a working user.",
    "Renewal review: feature usage for the account team.",
    "Cannot reproduce on our side, looking at the customer's settings.",
];

/// Justifications for Japanese tenants.
pub(crate) const REASONS_JA: [&str; 4] = [
    "お客様からのご依頼により、多要素認証の状態を確認しました。",
    "管理者様よりログインできないとのご連絡。設定を確認中です。",
    "機種変更に伴う再登録のサポート。折り返し電話で本人確認済み。",
    "請求内容に関するお問い合わせ。利用者数を確認しました。",
];

/// Groups of a customer.
pub(crate) const GROUPS: [&str; 8] = [
    "Finance",
    "Everyone",
    "Contractors",
    "Payroll approvers",
    "Warehouse night shift",
    "Administrators",
    "研究開発部",
    "Führungskräfte",
];

/// Applications of a customer.
pub(crate) const APPS: [&str; 7] = [
    "Payroll",
    "Expense claims",
    "VPN gateway",
    "Wiki",
    "Source control",
    "Timesheets",
    "勤怠管理",
];

/// Sign-on policies.
pub(crate) const POLICIES: [&str; 4] = [
    "Default sign-on",
    "Admins need two factors",
    "Warehouse kiosks",
    "Legacy clients (exempt)",
];

/// API tokens.
pub(crate) const TOKENS: [&str; 4] = ["ci-deploy", "hr-sync", "siem-export", "legacy-import"];

/// Reports and lists.
pub(crate) const REPORTS: [&str; 4] = [
    "users.csv",
    "mfa-enrolment.csv",
    "sign-in-summary.pdf",
    "app-assignments.csv",
];
