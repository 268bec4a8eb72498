//! The tables. Grouped as RFC 8259 is: values, objects, arrays, numbers, strings, blanks.

/// JSON texts. Where the RFC leaves it to the parser (numbers beyond any float, lone surrogates,
/// depth), this one accepts: an action must not be lost because of it.
#[rustfmt::skip]
pub(super) const ACCEPTED: &[&str] = &[
    // Section 3: values
    "true", "false", "null", "{}", "[]", "0", r#""""#,
    // Section 2: blanks, which are blank, tab and carriage return; a line feed would end the line
    " true", "true ", "\ttrue\t", "\rtrue\r", " { } ", "[ ]", "[\t1 \r,  2 ]", r#"{ "a" : 1 , "b" : 2 }"#, "[1\t]",
    // Section 4: objects
    r#"{"a":1}"#, r#"{"a":1,"b":2}"#, r#"{"":0}"#, r#"{"a":{}}"#, r#"{"a":[]}"#, r#"{"a":{"a":{"a":{"a":null}}}}"#,
    r#"{"a":1,"a":1}"#, r#"{"a":1,"a":2}"#, r#"{"a":"b","a":{"c":1}}"#, r#"{"\u0061":1}"#, r#"{"a\nb":1}"#,
    r#"{"foo\u0000bar":42}"#, r#"{"title":"\u041f\u043e\u043b"}"#, r#"{"é":1}"#, r#"{" ":1}"#, r#"{"a:b":1}"#,
    r#"{"}":1}"#, r#"{"min":-1.0e+28,"max":1.0e+28}"#, r#"{"x":[{"id":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}]}"#,
    // Section 5: arrays
    "[1]", "[1,2]", "[null]", "[[]]", "[[[[[[]]]]]]", r#"[""]"#, r#"["a"]"#, "[true,false]", "[null,1,\"1\",{}]",
    "[1,null,null,null,2]", "[[],[[]]]", r#"["]"]"#, "[[],{},[],{}]",
    // Section 6: numbers
    "-0", "-1", "1", "10", "123", "-123", "1.0", "0.1", "-0.1", "123.456", "1e0", "1e1", "1E1", "1e+1", "1e-1",
    "1E+1", "1E-2", "0e1", "0e+1", "0E0", "-0e-0", "-0.0", "0.0000001", "123e45", "123.456e78", "123.456e-78",
    "-1e-400", "1e400", "-1e400", "1e9999999999",
    "0.4e00669999999999999999999999999999999999999999999999999999999999999999999999999999999999999999", "1.5e+9999",
    "-123123123123123123123123123123", "100000000000000000000", "9007199254740993", "18446744073709551616",
    "-9223372036854775809", "123456789012345678901234567890.123456789012345678901234567890", "1E22", "20e1",
    "1.000000000000000005", "-0.000000000000000000000000000000000000000000000000000000000000000000000000000001",
    "0.5e-323", "2.2250738585072011e-308",
    // Section 7: strings that no text can hold
    r#""\ud800""#, r#""\udc00""#, r#""\ud800\ud800""#, r#""\udc00\ud800""#, r#""\ud800a""#, r#""\ud800\n""#,
    r#""\uDEAD""#, r#""\ud83d\ude00\ud83d""#, r#""\uD800\u0041""#, r#"["\uDADA"]"#, r#"["\uD888\u1234"]"#,
    r#"["\uDd1e\uD834"]"#,
];

/// Strings, and what they say.
pub(super) const STRINGS: &[(&str, &str)] = &[
    (r#""a""#, "a"),
    (r#""\"""#, "\""),
    (r#""\\""#, "\\"),
    (r#""\/""#, "/"),
    (r#""/""#, "/"),
    (r#""\b\f\n\r\t""#, "\u{8}\u{c}\n\r\t"),
    (r#""\u0041""#, "A"),
    (r#""\u00e9\u00E9""#, "éé"),
    (r#""\u0022""#, "\""),
    (r#""\u005C""#, "\\"),
    (r#""\u002F\u0027""#, "/'"),
    (r#""a\u0000b""#, "a\0b"),
    (r#""\u0012\u001f""#, "\u{12}\u{1f}"),
    (r#""\u20ac""#, "€"),
    (r#""\ud834\udd1e""#, "𝄞"),
    (r#""\uD834\uDd1e""#, "𝄞"),
    (r#""\ud83d\ude39\ud83d\udc8d""#, "😹💍"),
    (r#""\uDBFF\uDFFF""#, "\u{10ffff}"),
    (r#""\uD83F\uDFFE""#, "\u{1fffe}"),
    (r#""\uffff\uFFFE\uFDD0""#, "\u{ffff}\u{fffe}\u{fdd0}"),
    (r#""\u200B\u2064\u202e""#, "\u{200b}\u{2064}\u{202e}"),
    (r#""\ufeffa""#, "\u{feff}a"),
    (r#""\u2028a\u2029""#, "\u{2028}a\u{2029}"),
    ("\"\u{2028}a\u{2029}\"", "\u{2028}a\u{2029}"),
    ("\"\u{7f}a\"", "\u{7f}a"),
    ("\"\u{80}\u{9f}a\"", "\u{80}\u{9f}a"),
    ("\"\u{feff}a\"", "\u{feff}a"),
    ("\"日本語 𝄞 é\"", "日本語 𝄞 é"),
    ("\"\u{10ffff}\"", "\u{10ffff}"),
    (r#""\\u0041""#, "\\u0041"),
    (r#""\\n""#, "\\n"),
    (r#""\\\\\"""#, "\\\\\""),
    (r#""/* a */ // b # c""#, "/* a */ // b # c"),
    (r#""{\"a\":1}""#, "{\"a\":1}"),
    (r#""'""#, "'"),
    (r#""a,b:c]d}e""#, "a,b:c]d}e"),
    (r#""true""#, "true"),
    (r#""0123""#, "0123"),
    (r#""\u0061\u30af\u30EA\u30b9""#, "aクリス"),
    (r#""new\u000Aline""#, "new\nline"),
];

/// Texts that are not JSON.
#[rustfmt::skip]
pub(super) const REFUSED: &[&str] = &[
    // Nothing, and words
    "", " ", "nul", "nulll", "True", "FALSE", "Null", "TRUE", "tru", "truth", "fals", "undefined", "NaN", "nan",
    "Infinity", "-Infinity", "inf", "None", "a", "é", "'a'", "`a`", "a b", "true false", "true,", ",", ":", "<null>",
    "*", "&", "$", "\u{ff11}",
    // Blanks that are none
    "\u{b}true", "\u{c}true", "\u{a0}true", "\u{2028}true", "true\u{2029}", "\u{3000}1", "\u{feff}1", "\u{2060}[]",
    "[\u{b}1]", "\u{85}1",
    // Comments
    "1 // a", "/* a */ 1", "1 /* a */", "# a", "[1 /**/]", "{/**/}", r#"{"a":/*b*/1}"#, "-- 1",
    // Objects
    "{", "}", "{}}", "{,}", r#"{"a"}"#, r#"{"a":}"#, r#"{"a" 1}"#, r#"{"a"::1}"#, r#"{"a":1,}"#, r#"{"a":1,,"b":2}"#,
    r#"{,"a":1}"#, r#"{"a":1 "b":2}"#, r#"{"a":1"b":2}"#, r"{a:1}", "{'a':1}", "{1:1}", "{null:1}", "{true:1}",
    "{[]:1}", r#"{"a":1:2}"#, r#"{"a","b"}"#, r#"{"a"=1}"#, r#"{"a":1;"b":2}"#, r#"{"a":'b'}"#, r#"{"a":b}"#,
    r#"{"a":1}x"#, r#"{"a":1}]"#, r#"{:"b"}"#, r#"{"a":1"#, r#"{"a"#, r#"{"a":"#, r#"{"\x41":1}"#, r#"{"a":{"b":1}"#,
    r#"{"a":[1}"#, r#"{"a":"a" 123}"#, "{9999E9999:1}", r#"{"a":1}#{}"#, r#"{"a":/}"#, "{💥:1}",
    // Arrays
    "[", "]", "[]]", "[,]", "[1,]", "[,1]", "[1,,2]", "[1 2]", "[1;2]", "[1:2]", "[1", "[1}", "{1]", "[[1]", "[a]",
    "['a']", r#"["a" "b"]"#, r#"["a",,]"#, r#"["":1]"#, "[1]x", "[1],", "[1][2]", "[*]", "[3[4]]", r#"["a"#, "[1,\t",
    "[<null>]", "(1)", "[\u{60}]", "[undefined]",
    // Numbers
    "+1", "++1", "--1", "- 1", "-", "+", "01", "-01", "00", "-012", "012", "0x1", "0X1F", "0b1", "0o7", "1_000",
    "1,000", "1.", "-1.", "1.e1", ".1", "-.1", "+.1", "1..2", "1.2.3", "1.2.", "1e", "1e+", "1e-", "1E", "1e1.5",
    "1ee1", "1e+-1", "1 000", "1e 1", "0e", "0e+", "0.e1", "0.3e+", "9.e+", "1a", "1.8011670033376514H-308", "0x42",
    "1+2", "2.e-3", "-foo", "-1x", "\u{ff11}\u{ff12}", "1/2", "1%", "½", "1f", "1n", "1d", "0a", "-NaN", "1.a",
    // Strings
    "\"", "\"a", "a\"", "\"a\"\"", "\"a\"b", r#""\""#, r#""\a""#, r#""\x41""#, r#""\0""#, r#""\'""#, r#""\ ""#,
    r#""\é""#, r#""\U0041""#, r#""\u""#, r#""\u0""#, r#""\u00""#, r#""\u004""#, r#""\u00g1""#, r#""\u 041""#,
    r#""\u+041""#, r#""\u{41}""#, r#""\ud800\u""#, r#""\ud800\u1""#, r#""\ud800\x""#, r#""\\\""#, r#""a\"#, r#""\v""#,
    r#""\e""#, r#""\N""#, r#""\u00é1""#, "\u{201c}a\u{201d}", "'", "''", "\"a' ",
];

/// Members of one name, and why the record is refused, if it is. Names are compared as decoded.
pub(super) const NAMES: &[(&str, Option<&str>)] = &[
    (r#""x":1,"x":2"#, None),
    (r#""x":{"action":1,"action":2}"#, None),
    (r#""tenant":{"id":"t","region":1,"region":2}"#, None),
    (r#""Action":"b""#, None),
    (r#""action ":"b""#, None),
    (r#""action":"b""#, Some("duplicate-key")),
    (r#""action":"a""#, Some("duplicate-key")),
    (r#""action":null"#, Some("duplicate-key")),
    (r#""\u0061ction":"b""#, Some("duplicate-key")),
    (r#""\u0061\u0063\u0074\u0069\u006F\u006e":"b""#, Some("duplicate-key")),
    (r#""timestamp":"2026-02-17T00:00:00Z""#, Some("duplicate-key")),
    (r#""timestam\u0070":"2026-02-17T00:00:00Z""#, Some("duplicate-key")),
    (r#""actor":{"id":"sp-900"}"#, Some("duplicate-key")),
    (r#""actor":null"#, Some("duplicate-key")),
    (r#""tenant":{"id":"t-1","id":"t-2"}"#, Some("duplicate-key")),
    (r#""tenant":{"id":"t-1","i\u0064":"t-2"}"#, Some("duplicate-key")),
    (r#""tenant":{"id":"t-1"},"tenant":{"id":"t-1"}"#, Some("duplicate-key")),
    (r#""tenants":[{"id":"t-1","id":"t-2"}]"#, Some("duplicate-key")),
];

/// Bytes that are not UTF-8 (RFC 3629), in a string.
pub(super) const ENCODINGS: &[(&[u8], &str)] = &[
    (b"\xe9", "Latin-1"),
    (b"a\x80", "a byte that only continues"),
    (b"\xc3", "two bytes, cut"),
    (b"\xe2\x82", "three bytes, cut"),
    (b"\xf0\x9f\x98", "four bytes, cut"),
    (b"\xc0\xaf", "two bytes for one"),
    (b"\xc1\xbf", "two bytes for one, the last"),
    (b"\xe0\x80\xaf", "three bytes for one"),
    (b"\xf0\x80\x80\xaf", "four bytes for one"),
    (b"\xfc\x80\x80\x80\x80\xaf", "six bytes"),
    (b"\xf8\x88\x80\x80\x80", "five bytes"),
    (b"\xed\xa0\x80", "a surrogate"),
    (b"\xed\xa0\xbd\xed\xb8\x80", "a pair of surrogates, as CESU-8 has it"),
    (b"\xf4\x90\x80\x80", "beyond U+10FFFF"),
    (b"\xff", "a byte of none"),
    (b"\xfe", "another one"),
    (b"\xff\xfe", "the mark of UTF-16"),
    (b"\xc3\x28", "a sequence broken off by a bracket"),
    (b"\x93x\x94", "quotes of Windows-1252"),
    (b"\x83\x5c\x83\x8b", "Shift JIS"),
];

/// Texts that may stand around a record on its line, with the reasons for which it is refused.
pub(super) const RECORDS: &[(&str, usize, &[&str])] = &[
    ("RECORD", 1, &[]),
    ("RECORD\r", 1, &[]),
    ("  \tRECORD \t ", 1, &[]),
    // A mark may be passed over (section 8.1), and so is any text before an object at a line's end.
    ("\u{feff}RECORD", 1, &[]),
    ("<14>1 2026-01-17T00:00:00Z host app - - - RECORD", 1, &[]),
    ("RECORD,", 1, &[]),
    ("RECORD;", 1, &[]),
    ("RECORD}", 0, &["malformed-json"]),
    ("RECORD]", 1, &[]),
    ("RECORDRECORD", 2, &[]),
    ("RECORD RECORD", 2, &[]),
    ("RECORD,RECORD", 2, &[]),
    ("RECORD x", 1, &["malformed-json"]),
    ("RECORD // x", 1, &["malformed-json"]),
    ("RECORD\0", 1, &["malformed-json"]),
    ("RECORD\u{1e}", 1, &["malformed-json"]),
    ("RECORD\u{feff}", 1, &["malformed-json"]),
    ("RECORD\u{2028}", 1, &["malformed-json"]),
    ("{RECORD", 1, &["malformed-json"]),
    ("{RECORD}", 0, &["malformed-json"]),
    ("[RECORD]", 1, &[]),
    ("[RECORD", 1, &[]),
    ("[RECORD,", 1, &[]),
    ("\"RECORD\"", 0, &["malformed-json"]),
];
