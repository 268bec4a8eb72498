//! Names for customers: invented companies in five languages, made of parts so that thousands
//! differ.
//!
//! A part is written `native` or `native:ascii`; the second form spells the domain.

/// Parts of company names in one language.
pub(crate) struct Language {
    /// Out of a hundred customers, how many speak it.
    pub(crate) share: usize,
    /// Locale, time zone and the name's shape: `{}` stands for the invented part.
    pub(crate) places: &'static [(&'static str, &'static str, &'static str)],
    /// The parts; one of each makes a name.
    parts: [&'static str; 3],
    /// Between the second part and the third.
    gap: &'static str,
}

impl Language {
    /// The `n`th name, native and as a domain label. Names repeat only after every combination was
    /// used.
    pub(crate) fn name(&self, n: usize) -> (String, String) {
        let parts: Vec<Vec<&str>> = self.parts.iter().map(|part| part.split(' ').collect()).collect();
        let combinations: usize = parts.iter().map(Vec::len).product();
        // A prime stride that divides none of the lists, so neighbours in the directory do not look
        // alike.
        let mut index = n * 7919 % combinations;
        let mut native = String::new();
        let mut ascii = String::new();
        for (place, part) in parts.iter().enumerate() {
            if place == 2 {
                native.push_str(self.gap);
                ascii.push('-');
            }
            let word = part[index % part.len()];
            index /= part.len();
            let (left, right) = word
                .split_once(':')
                .map_or_else(|| (word, fold(word)), |(l, r)| (l, r.to_owned()));
            native.push_str(left);
            ascii.push_str(&right);
        }
        (native, ascii)
    }
}

/// A word in the letters a domain may have.
fn fold(word: &str) -> String {
    let mut ascii = String::with_capacity(word.len());
    for letter in word.to_lowercase().chars() {
        match letter {
            'ä' | 'æ' => ascii.push_str("ae"),
            'ö' | 'ø' => ascii.push_str("oe"),
            'ü' => ascii.push_str("ue"),
            'ß' => ascii.push_str("ss"),
            'é' | 'è' | 'ê' => ascii.push('e'),
            'å' | 'â' | 'à' => ascii.push('a'),
            'î' | 'ï' => ascii.push('i'),
            letter => ascii.push(letter),
        }
    }
    ascii
}

/// The five, their shares adding up to a hundred.
pub(crate) const LANGUAGES: [Language; 5] = [ENGLISH, GERMAN, JAPANESE, FRENCH, SWEDISH];

const ENGLISH: Language = Language {
    share: 45,
    places: &[
        ("en-GB", "Europe/London", "{} Ltd"),
        ("en-US", "America/New_York", "{} Inc."),
        ("en-US", "America/Los_Angeles", "{} LLC"),
        ("en-IE", "Europe/Dublin", "{} Ltd"),
        ("en-AU", "Australia/Sydney", "{} Pty Ltd"),
        ("en-IN", "Asia/Kolkata", "{} Pvt Ltd"),
    ],
    parts: [
        "Alder Bram Cinder Dapple Ember Fal Gorse Hazel Iver Jun Kelp Lin Mallow Nettle Osk Pebble Quern Rill Sedge Tarn \
         Umber Vetch Wick Yarrow Zeph Thistle Corrie Wren Bracken Otter",
        "quay mere holt stow ford dale gate moor fell shaw combe ness thorpe hythe",
        "Foods Logistics Textiles Clinics Mutual Energy Robotics Optics Press Schools Freight Dairy Timber Analytics \
         Housing Rail Paints Games Pharmacy Insurance Kitchens Metals Travel Seeds",
    ],
    gap: " ",
};

const GERMAN: Language = Language {
    share: 17,
    places: &[
        ("de-DE", "Europe/Berlin", "{} GmbH"),
        ("de-AT", "Europe/Vienna", "{} GmbH & Co KG"),
        ("de-CH", "Europe/Zurich", "{} AG"),
    ],
    parts: [
        "Mühl Grün Köhl Süd Öster Wärn Brück Schön Külp Möwen Jäger Höhn Weiß Tann Erl Lärchen Kiefer Birk Stör Röhr",
        "grund bach tal feld hain werder stein au horst mark",
        "Werkzeugbau Molkerei Logistik Klinik Verlag Maschinen Versicherung Brauerei Optik Energie Spedition Holzbau \
         Gießerei Möbel",
    ],
    gap: " ",
};

const JAPANESE: Language = Language {
    share: 18,
    places: &[
        ("ja-JP", "Asia/Tokyo", "株式会社{}"),
        ("ja-JP", "Asia/Tokyo", "{}株式会社"),
    ],
    parts: [
        "青:ao 白:shiro 緑:midori 霧:kiri 月:tsuki 星:hoshi 朝:asa 雪:yuki 風:kaze 波:nami 藤:fuji 鶴:tsuru",
        "浜:hama 峰:mine 原:hara 沢:sawa 島:shima 森:mori 橋:hashi 丘:oka 瀬:se 灯:akari",
        "工業:kogyo 商事:shoji 運輸:unyu 食品:shokuhin 製薬:seiyaku 電機:denki 建設:kensetsu 出版:shuppan 醸造:jozo \
         紡績:boseki 光学:kogaku 計測:keisoku 海運:kaiun 園芸:engei 玩具:gangu 製紙:seishi 通信:tsushin 保険:hoken \
         不動産:fudosan 化学:kagaku 楽器:gakki 農産:nosan 製菓:seika 旅行:ryoko",
    ],
    gap: "",
};

const FRENCH: Language = Language {
    share: 12,
    places: &[
        ("fr-FR", "Europe/Paris", "{} SA"),
        ("fr-CA", "America/Toronto", "{} inc."),
        ("fr-BE", "Europe/Brussels", "{} SRL"),
    ],
    parts: [
        "Val Brume Haut Clair Mont Roche Grève Pré Chêne Sable Orme Forêt Île Lande",
        "bois fontaine rive lac pierre vent combe vigne marais nuit",
        "Énergie:energie Textile Fromagerie Assurances Transports Optique Édition:edition Santé:sante Mobilité:mobilite \
         Verrerie Papeterie Semences Horlogerie Conseil",
    ],
    gap: " ",
};

const SWEDISH: Language = Language {
    share: 8,
    places: &[
        ("sv-SE", "Europe/Stockholm", "{} AB"),
        ("sv-FI", "Europe/Helsinki", "{} Ab"),
    ],
    parts: [
        "Björk Gran Älv Sjö Ström Berg Ljung Vinter Sten Höst Tall Lärk",
        "holmen viken näset lunden udden dalen åsen gården vallen skogen",
        "Kraft Frakt Mejeri Trävaror Försäkring Data Glas Bokförlag Hälsa Fiske Papper Bageri",
    ],
    gap: " ",
};
