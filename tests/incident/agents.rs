//! The thirty support agents of the sub-processor, all of whom the case lists, and one engineer of
//! the vendor whom it lists too. Invented, like everybody here.

use std::io;
use std::path::Path;

use crate::faces::{Face, Seat};
use crate::others::Other;
use crate::rng::Rng;
use crate::time::HOUR;

/// The vendor.
pub(crate) const VENDOR: &str = "Larkmoor Identity";
/// Its sub-processor.
pub(crate) const SUBPROCESSOR: &str = "Brightdesk Support";

/// The agent at whose workstation the intruder sat, counted from 0: `bd-agent-07`.
pub(crate) const INTRUDED: usize = 6;
/// Agents of whom no log has a word.
const ABSENT: [usize; 4] = [13, 21, 26, 29];
/// Agents on leave during the window, at work before and after.
const ON_LEAVE: [usize; 2] = [18, 25];

/// One listed agent.
pub(crate) struct Agent {
    /// The identifier in logs and list.
    pub(crate) id: String,
    /// The country of the site.
    country: &'static str,
    role: &'static str,
    identities: &'static str,
    /// The ways in which the logs show this agent, the usual one first.
    pub(crate) faces: Vec<Face>,
}

impl Agent {
    /// Every listed identity, in the order of the list.
    pub(crate) fn listed(&self) -> impl Iterator<Item = &str> {
        let face = &self.faces[0];
        let further = self.identities.split_terminator(';');
        [face.id.as_str()]
            .into_iter()
            .chain(face.email.as_deref())
            .chain(further)
    }

    /// Milliseconds after midnight UTC at which the shift begins: the three sites take turns around
    /// the clock.
    pub(crate) fn shift(&self) -> i64 {
        match self.country {
            "JP" => 0,
            "PT" => 8 * HOUR,
            _ => 14 * HOUR,
        }
    }

    /// Whether this agent works at all, and during the window.
    pub(crate) fn works(number: usize, in_window: bool) -> bool {
        !(ABSENT.contains(&number) || in_window && ON_LEAVE.contains(&number))
    }
}

/// The roster: name, address before the `@`, country, further identities.
const ROSTER: [(&str, &str, &str, &str); 30] = [
    ("Tomás Brenes", "tomas.brenes", "CR", ""),
    ("Lucía Arayón", "lucia.arayon", "CR", "larayon"),
    ("Inês Valadão", "ines.valadao", "PT", ""),
    ("Duarte Seixal", "duarte.seixal", "PT", "dseixal"),
    ("Kenji Morikawa", "kenji.morikawa", "JP", ""),
    ("Beatriz Lourinhã", "beatriz.lourinha", "PT", "blourinha;svc-key-2D7C"),
    ("Mika Sato", "mika.sato", "JP", "msato;svc-key-8F3A"),
    ("Esteban Corderel", "esteban.corderel", "CR", ""),
    ("Haruka Ninomori", "haruka.ninomori", "JP", "hninomori"),
    ("Rui Penalva", "rui.penalva", "PT", ""),
    (
        "Gabriela Solanto",
        "gabriela.solanto",
        "CR",
        "gsolanto@contractor.brightdesk.example",
    ),
    ("Sora Hayashida", "sora.hayashida", "JP", ""),
    ("Nuno Carvalhedo", "nuno.carvalhedo", "PT", "ncarvalhedo"),
    ("Pilar Echandía", "pilar.echandia", "CR", ""),
    ("Teresa Moutinha", "teresa.moutinha", "PT", ""),
    ("Yuto Kanemori", "yuto.kanemori", "JP", "ykanemori"),
    ("Marco Ulatez", "marco.ulatez", "CR", ""),
    ("Sofia Bragal", "sofia.bragal", "PT", ""),
    ("Aya Tsukihara", "aya.tsukihara", "JP", "atsukihara"),
    ("Iván Zeledal", "ivan.zeledal", "CR", ""),
    ("Leonor Quintarola", "leonor.quintarola", "PT", ""),
    ("Ren Ogashima", "ren.ogashima", "JP", ""),
    ("Daniela Obandez", "daniela.obandez", "CR", "dobandez;svc-key-41B9"),
    ("Vasco Rebordão", "vasco.rebordao", "PT", ""),
    ("Nao Fujisakura", "nao.fujisakura", "JP", ""),
    ("Adrián Sibajal", "adrian.sibajal", "CR", "asibajal"),
    ("Matilde Figueirôa", "matilde.figueiroa", "PT", ""),
    ("Emi Hoshikawa", "emi.hoshikawa", "JP", ""),
    ("Joel Umañez", "joel.umanez", "CR", "jumanez"),
    ("Helena Sardoal", "helena.sardoal", "PT", ""),
];

/// All thirty, in the order of the list.
pub(crate) fn roster() -> Vec<Agent> {
    ROSTER
        .iter()
        .enumerate()
        .map(|(number, row)| agent(number, *row))
        .collect()
}

/// The engineer of the vendor on the list.
pub(crate) fn outsider(other: &Other) -> Agent {
    Agent {
        id: other.face.id.clone(),
        country: "GB",
        role: "Product Engineer",
        identities: "",
        faces: vec![other.face.clone()],
    }
}

fn agent(number: usize, (name, local, country, identities): (&'static str, &str, &'static str, &'static str)) -> Agent {
    let id = format!("bd-agent-{:02}", number + 1);
    let email = format!("{local}@brightdesk.example");
    let face = |id: &str, email: Option<&str>| Face {
        id: id.to_owned(),
        email: email.map(str::to_owned),
        name: name.to_owned(),
        employer: SUBPROCESSOR.to_owned(),
        agent: Some(number),
        seat: Seat::Support(number),
    };
    // The directory id of the person, which the case does not list, so only the address identifies
    // the agent.
    let directory = format!("00bd{:05}", 70_310 + 37 * number);
    let mut faces = vec![
        face(&id, Some(&email)),
        face(&id, Some(&capitals(&email))),
        face(&directory, Some(&email)),
        face(&directory, Some(&capitals(&email))),
    ];
    faces.extend(identities.split_terminator(';').map(|identity| match identity {
        // A second address comes with the directory id, a user name and a key come alone, a key
        // from a script.
        _ if identity.contains('@') => face(&directory, Some(identity)),
        _ if identity.starts_with("svc-") => Face {
            seat: Seat::Service(100 + number),
            ..face(identity, None)
        },
        _ => face(identity, None),
    }));
    let role = match number % 10 {
        0 => "Shift Lead",
        3 | 6 => "Senior Support Engineer",
        _ => "Support Engineer",
    };
    Agent {
        id,
        country,
        role,
        identities,
        faces,
    }
}

/// `mika.sato@brightdesk.example` as `Mika.Sato@Brightdesk.example`.
fn capitals(email: &str) -> String {
    let (local, domain) = email.split_once('@').expect("an address");
    let capital = |word: &str| word[..1].to_ascii_uppercase() + &word[1..];
    let local: Vec<_> = local.split('.').map(capital).collect();
    format!("{}@{}", local.join("."), capital(domain))
}

/// The pseudonyms, pinned so that the reports of the incident come out the same everywhere.
pub(crate) fn lock(codes: &[(String, String)]) -> String {
    let mut rng = Rng::for_purpose("agents.lock");
    let mut text = format!(
        "# The pseudonyms by which customers see the agents, by agent id. The generator of this invented incident wrote them.\n\
         version = 1\nkey = \"{}\"\n\n[agents]\n",
        key(&mut rng)
    );
    for (agent, code) in codes {
        text.push_str(agent);
        text.push_str(" = \"");
        text.push_str(code);
        text.push_str("\"\n");
    }
    text
}

fn key(rng: &mut Rng) -> String {
    let digit = |number: usize| char::from(b"0123456789abcdef"[number]);
    let byte = |number: usize| [digit(number / 16), digit(number % 16)];
    (0..32).flat_map(|_| byte(rng.below(256))).collect()
}

/// The code of each agent's pseudonym, by id. The ids ascend, as in a lock that `report` wrote.
pub(crate) fn codes<'a>(agents: impl Iterator<Item = &'a Agent>) -> Vec<(String, String)> {
    const LETTERS: &[u8; 16] = b"BCDFHJKMNPRTVWXZ";
    let mut rng = Rng::for_purpose("agents.lock");
    // The lock begins with the key.
    key(&mut rng);
    let mut codes: Vec<(String, String)> = Vec::new();
    for agent in agents {
        let code = loop {
            let code: String = (0..4).map(|_| char::from(LETTERS[rng.below(16)])).collect();
            if codes.iter().all(|(_, other)| *other != code) {
                break code;
            }
        };
        codes.push((agent.id.clone(), code));
    }
    codes
}

/// Writes the list of agents that the case points at.
pub(crate) fn write<'a>(agents: impl Iterator<Item = &'a Agent>, path: &Path) -> io::Result<()> {
    let mut csv = csv::Writer::from_path(path)?;
    csv.write_record(["id", "email", "identities", "name", "employer", "role", "country"])?;
    for agent in agents {
        let face = &agent.faces[0];
        let email = face.email.as_deref().unwrap_or_default();
        csv.write_record([
            &agent.id,
            email,
            agent.identities,
            &face.name,
            &face.employer,
            agent.role,
            agent.country,
        ])?;
    }
    csv.flush()
}
