//! Tests of the built-in catalogue, of the precedence of entries, and of the errors about bad
//! files.

use std::{collections::BTreeSet, fs};

use super::*;

/// Every code that must be known, by its tier.
const EXPECTED: [(Effect, &str); 9] = [
    (
        Effect::View,
        "tenant.view user.view group.view app.view policy.view device.view ticket.view tenant.settings.view \
         tenant.billing.view log.view agent.login agent.logout GetCallerIdentity GetUser ConsoleLogin DescribeInstances \
         ListUsers GetBucketAcl",
    ),
    (Effect::Search, "user.search tenant.search global.search LookupEvents"),
    (
        Effect::Export,
        "user.list.export log.export report.download ModifySnapshotAttribute ModifyImageAttribute \
         ModifyDBSnapshotAttribute",
    ),
    (
        Effect::RevealSecret,
        "api_token.reveal app.client_secret.reveal user.recovery_code.reveal GetSecretValue BatchGetSecretValue Decrypt \
         GetParameter GetParameters GetPasswordData",
    ),
    (
        Effect::Change,
        "user.profile.update user.unlock tenant.settings.update policy.update group.member.add group.member.remove \
         app.update UpdateTrail PutEventSelectors RunInstances SendCommand",
    ),
    (
        Effect::Credential,
        "user.password.reset user.mfa.reset user.mfa.bypass api_token.create admin.role.grant \
         user.account.reset_password user.mfa.factor.update system.mfa.factor.deactivate user.mfa.attempt_bypass \
         user.account.update_password user.mfa.factor.reset_all user.account.privilege.grant system.api_token.create \
         CreateAccessKey CreateLoginProfile UpdateLoginProfile CreateUser AttachUserPolicy PutUserPolicy AddUserToGroup \
         UpdateAssumeRolePolicy GetFederationToken GetSessionToken PutBucketPolicy CreateRole",
    ),
    (
        Effect::Impersonate,
        "user.impersonate.start user.impersonate.end user.session.impersonation.initiate \
         user.session.impersonation.grant user.session.impersonation.end user.session.impersonation.extend \
         user.session.impersonation.revoke AssumeRole StartSession",
    ),
    (
        Effect::Delete,
        "user.deactivate app.delete DeleteParameter DeleteParameters DeleteBucket",
    ),
    (
        Effect::CoverTracks,
        "log.delete StopLogging DeleteTrail DeleteFlowLogs DeleteLogGroup DeleteLogStream DeleteDetector \
         StopConfigurationRecorder DeleteConfigurationRecorder system.log_stream.lifecycle.deactivate",
    ),
];

#[test]
fn what_must_be_known_is_known_with_its_tier() {
    let catalogue = Catalogue::built_in();
    for (effect, codes) in EXPECTED {
        for code in codes.split_whitespace() {
            assert_eq!(catalogue.lookup(code).effect, effect, "{code}");
        }
    }
}

#[test]
fn what_is_not_known_is_never_assumed_harmless() {
    let catalogue = Catalogue::built_in();
    for code in [
        "tenant.shard.rebalance",
        "GetNewSecretThing",
        "describeInstances",
        "",
        "tenant.view ",
    ] {
        let unknown = Entry {
            effect: Effect::Uncatalogued,
            says: None,
            check: None,
            look_for: &[],
            in_order_if: None,
            not_logged: None,
            ends: None,
            touches: Touches::Tenant,
        };
        assert_eq!(catalogue.lookup(code), unknown, "{code}");
    }
}

#[test]
fn built_in_entries_are_whole_sentences_without_faults_or_duplicates() {
    let mut keys = BTreeSet::new();
    for file in BUILT_IN {
        let (actions, faults) = file::read(file.name, file.text.as_bytes());
        assert_eq!(faults, []);
        for Action { codes, meaning, .. } in actions {
            keys.extend(codes.iter().map(|codes| format!("{codes:?}")));
            let check = meaning.check.as_ref().expect(&meaning.says);
            for sentence in [&meaning.says, check]
                .into_iter()
                .chain(&meaning.in_order_if)
                .chain(&meaning.not_logged)
            {
                assert!(
                    sentence.ends_with('.') && sentence.starts_with(char::is_uppercase),
                    "{sentence}"
                );
                assert!(!sentence.contains("  "), "{sentence}");
                // What an event did is in its record; the catalogue knows the design of the action
                // alone.
                for claim in ["change was made", "was touched", "Nothing in your tenant"] {
                    assert!(!sentence.contains(claim), "{sentence}");
                }
            }
        }
    }
    assert!(keys.len() > 250, "{}", keys.len());
}

/// A name that a tenant is asked to look for occurs in the vendor's documentation. The names of a
/// file are codes that the same file describes. Those of the sample's tool belong to the log of an
/// identity provider.
#[test]
fn events_to_look_for_are_catalogued() {
    let codes = |name: &str| -> BTreeSet<String> {
        let file = BUILT_IN.iter().find(|file| file.name == name).expect("a file");
        let codes = file.actions().into_iter().flat_map(|action| action.codes);
        codes
            .filter_map(|codes| match codes {
                Codes::Exact(code) => Some(code),
                Codes::Pattern(_) => None,
            })
            .collect()
    };
    let mut entries = 0;
    for file in BUILT_IN {
        let of_log = if file.name == "superuser" { "okta" } else { file.name };
        let known = codes(of_log);
        for action in file.actions() {
            let Meaning {
                look_for,
                in_order_if,
                says,
                ..
            } = &*action.meaning;
            assert_eq!(look_for.is_empty(), in_order_if.is_none(), "{says}");
            entries += usize::from(!look_for.is_empty());
            for event in look_for {
                assert!(known.contains(event), "{} of {}", event, file.name);
            }
            let distinct: BTreeSet<_> = look_for.iter().collect();
            assert!(distinct.len() == look_for.len() && look_for.len() <= 5, "{says}");
        }
    }
    assert!(entries > 130, "{entries}");
}

#[test]
fn events_to_look_for_are_told_of_the_kind_of_log_that_has_them() {
    let events = |profile: &str| {
        Catalogue::of_profiles(&[profile])
            .lookup("user.mfa.reset")
            .look_for
            .len()
    };
    assert!(events("superuser") > 0);
    // The file is read, because none is about the log; the log need not have these events.
    assert_eq!(events("helpdesk"), 0);
    let (own, _) = load(&[(
        "own.toml",
        "[[actions]]\ncode = \"x.y\"\neffect = \"change\"\nsays = \"Did.\"\nlook_for = [\"a.b\", \"c\"]\nin_order_if = \"You asked.\"\n",
    )])
    .expect("a catalogue");
    let entry = own.lookup("x.y");
    assert_eq!(
        (entry.look_for.join(" "), entry.in_order_if),
        ("a.b c".to_owned(), Some("You asked."))
    );
}

#[test]
fn ends_and_touches_are_read() {
    let catalogue = Catalogue::built_in();
    assert_eq!(
        catalogue.lookup("user.impersonate.end").ends,
        Some("user.impersonate.start")
    );
    for (code, touches) in [
        ("agent.login", Touches::None),
        ("agent.logout", Touches::None),
        ("global.search", Touches::Tenant),
        ("not.catalogued", Touches::Tenant),
    ] {
        assert_eq!(catalogue.lookup(code).touches, touches, "{code}");
    }
    let own = "[[actions]]\ncode = \"sudo.off\"\neffect = \"impersonate\"\nsays = \"Stopped.\"\nends = \"sudo.on\"\n\
               touches = \"none\"\n";
    let (catalogue, _) = load(&[("a.toml", own)]).expect("a good file");
    let entry = catalogue.lookup("sudo.off");
    assert_eq!((entry.ends, entry.touches), (Some("sudo.on"), Touches::None));
    assert!(catalogue.begun().contains("sudo.on"));
}

#[test]
fn tiers_have_names_in_order() {
    assert!(Effect::ALL.is_sorted());
    for effect in Effect::ALL {
        let json = serde_json::to_string(&effect).expect("a word");
        assert_eq!(json, format!("\"{effect}\""));
        assert_eq!(effect.label(), effect.as_str().replace('_', " "));
    }
}

fn load(files: &[(&str, &str)]) -> Result<(Catalogue, Vec<CaseFile>), String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let paths: Vec<(String, PathBuf)> = files
        .iter()
        .map(|(name, _)| ((*name).into(), folder.path().join(name)))
        .collect();
    for (name, text) in files.iter().filter(|(_, text)| !text.is_empty()) {
        fs::write(folder.path().join(name), text).expect("the folder is writable");
    }
    let prefix = format!("{}{}", folder.path().display(), std::path::MAIN_SEPARATOR);
    Catalogue::load(&paths).map_err(|error| error.to_string().replace(&prefix, ""))
}

fn entry(key: &str, code: &str, effect: &str, says: &str) -> String {
    format!("[[actions]]\n{key} = \"{code}\"\neffect = \"{effect}\"\nsays = \"{says}\"\n")
}

#[test]
fn later_files_win_and_codes_beat_patterns() {
    let first = [
        entry("code", "tenant.view", "export", "First."),
        entry("pattern", "tenant.*", "change", "Any of a tenant."),
        entry("pattern", "tenant.shard.*", "delete", "A shard."),
        entry("pattern", "List*", "search", "Of the case."),
        entry("pattern", "app.*", "search", "Short."),
    ];
    let second = [
        entry("code", "tenant.view", "delete", "Second."),
        entry("pattern", "*.other", "view", "Other."),
    ];
    let (catalogue, files) = load(&[("a.toml", &first.concat()), ("b.toml", &second.concat())]).expect("good files");
    let says = |code| catalogue.lookup(code).says;
    assert_eq!(says("tenant.view"), Some("Second."));
    assert_eq!(says("tenant.shard.rebalance"), Some("A shard."));
    assert_eq!(says("tenant.shut"), Some("Any of a tenant."));
    assert_eq!(says("ListUsers"), Some("Of the case."));
    assert_eq!(says("tenant.shard.other"), Some("Other."));
    assert_eq!(
        catalogue.lookup("app.delete").effect,
        Effect::Delete,
        "a built-in code beats a pattern of the case"
    );
    assert_eq!(catalogue.lookup("app.delete.all").check, None);
    let files: Vec<_> = files.iter().map(|file| (file.role, file.path.as_str())).collect();
    assert_eq!(
        files,
        [
            "built-in:common.toml",
            "built-in:superuser.toml",
            "built-in:okta.toml",
            "built-in:aws.toml",
            "a.toml",
            "b.toml"
        ]
        .map(|path| ("catalogue", path))
    );
}

#[test]
fn only_files_of_the_logs_in_the_case_are_read() {
    let of = |names: &[&str]| -> Vec<_> { BuiltIn::of_profiles(names).map(|file| file.name).collect() };
    let general = ["common", "superuser", "okta", "aws"];
    assert_eq!(of(&["okta-system-log"]), ["common", "okta"]);
    assert_eq!(of(&["aws-cloudtrail", "superuser"]), ["common", "superuser", "aws"]);
    assert_eq!(of(&[]), general);
    assert_eq!(of(&["our-own"]), general);
    assert_eq!(of(&["okta-system-log", "our-own"]), general);
    let catalogue = Catalogue::of_profiles(&["aws-cloudtrail"]);
    assert_eq!(catalogue.lookup("GetUser").effect, Effect::View);
    assert_eq!(catalogue.lookup("user.lifecycle.create").effect, Effect::Uncatalogued);
    for profile in BUILT_IN.iter().flat_map(|file| file.profiles) {
        assert!(crate::events::Profile::source_of(profile).is_some(), "{profile}");
    }
    for profile in crate::events::Profile::names() {
        assert!(
            BUILT_IN.iter().any(|file| file.profiles.contains(&profile)),
            "{profile}"
        );
    }
}

#[test]
fn each_kind_of_log_has_its_own_meanings() {
    for (profile, code, effect) in [
        ("okta-system-log", "pam.secret.reveal", Effect::RevealSecret),
        ("okta-system-log", "app.office365.api.error.create.user", Effect::View),
        (
            "okta-system-log",
            "workflows.user.flow.execution_history.delete",
            Effect::CoverTracks,
        ),
        ("m365-unified-audit", "New-InboxRule", Effect::Change),
        ("m365-unified-audit", "Remove-InboxRule", Effect::CoverTracks),
        ("m365-unified-audit", "Add member to role.", Effect::Credential),
        ("m365-unified-audit", "ListDeleted", Effect::Delete),
        ("entra-audit", "Read BitLocker key", Effect::RevealSecret),
        ("github-audit", "staff.fake_login", Effect::Impersonate),
        ("github-audit", "audit_log_streaming.destroy", Effect::CoverTracks),
        ("google-workspace-admin", "delete", Effect::Delete),
        ("google-workspace-admin", "GRANT_ADMIN_PRIVILEGE", Effect::Credential),
        (
            "gcp-audit",
            "google.logging.v2.ConfigServiceV2.DeleteSink",
            Effect::CoverTracks,
        ),
        (
            "gcp-audit",
            "google.logging.v2.LoggingServiceV2.ListLogEntries",
            Effect::View,
        ),
        ("gcp-audit", "v1.compute.instances.aggregatedList", Effect::View),
        (
            "gcp-audit",
            "google.cloud.secretmanager.v1.SecretManagerService.AccessSecretVersion",
            Effect::RevealSecret,
        ),
        ("cyberark-pas", "Retrieve password", Effect::RevealSecret),
        ("teleport", "role.created", Effect::Credential),
        ("auth0", "scp", Effect::Credential),
        ("zendesk-audit", "exported", Effect::Export),
        ("salesforce-event-log-file", "LoginAs", Effect::Impersonate),
        (
            "atlassian-audit",
            "jira.auditing.global.permission.added",
            Effect::Credential,
        ),
        ("ocsf", "Account Change: Password Reset", Effect::Credential),
        ("slack-audit", "file_downloaded", Effect::Export),
        (
            "salesforce-setup-audit-trail",
            "Logged in using Login-As access for A",
            Effect::Impersonate,
        ),
        ("entra-sign-ins", "Sign-in", Effect::View),
        (
            "gitlab-audit",
            "destroy_event_streaming_destination",
            Effect::CoverTracks,
        ),
        ("gitlab-audit", "user_impersonation", Effect::Impersonate),
        ("kubernetes-audit", "get secrets", Effect::RevealSecret),
        ("kubernetes-audit", "get pods", Effect::View),
        ("kubernetes-audit", "delete events", Effect::CoverTracks),
        ("kubernetes-audit", "create clusterrolebindings", Effect::Credential),
        ("snowflake-query-history", "UNLOAD", Effect::Export),
        ("postgresql-csvlog", "DROP TABLE", Effect::Delete),
        ("jira-cloud-audit", "User added to group", Effect::Credential),
        ("snowflake-login-history", "LOGIN", Effect::View),
        ("superuser", "delete", Effect::Uncatalogued),
    ] {
        let catalogue = Catalogue::of_profiles(&[profile]);
        assert_eq!(catalogue.lookup(code).effect, effect, "{profile} {code}");
    }
}

#[test]
fn a_case_can_name_built_in_files() {
    let path = |shown: &str| (shown.to_owned(), PathBuf::from("not read"));
    let load = |shown: &str| {
        let own = OwnActions::read(&[path(shown)]);
        own.map(|own| Catalogue::of_profiles(&["aws-cloudtrail"]).extended(own))
    };
    let (catalogue, files) = load("built-in:okta").expect("it is there");
    assert_eq!(catalogue.lookup("user.lifecycle.create").effect, Effect::Credential);
    let paths: Vec<_> = files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(
        paths,
        ["built-in:common.toml", "built-in:aws.toml", "built-in:okta.toml"]
    );
    let (_, files) = load("built-in:aws.toml").expect("it is there");
    assert_eq!(files.len(), 2, "a file is read once");
    let told = load("built-in:octa").expect_err("there is none").to_string();
    assert!(
        told.starts_with(
            "there is no built-in catalogue `octa` [unknown-catalogue] (hint: did you mean `okta`? Known: `common`, "
        ),
        "{told}"
    );
}

#[test]
fn what_two_kinds_of_log_have_in_common_is_said_of_both() {
    let meaning = |effect, says: &str, touches| Meaning {
        effect,
        says: says.into(),
        check: Some(format!("Check {says}")),
        look_for: vec!["sign.in".into(), format!("log of {says}")],
        in_order_if: None,
        not_logged: None,
        ends: Some(says.into()),
        touches,
    };
    let milder = meaning(Effect::View, "Read.", Touches::None);
    let both = milder.or(&meaning(Effect::Delete, "Deleted.", Touches::Tenant));
    let expected = Meaning {
        effect: Effect::Delete,
        says: "Read. Or, in another kind of log: Deleted.".into(),
        check: Some("Check Read. Check Deleted.".into()),
        look_for: vec!["sign.in".into(), "log of Read.".into(), "log of Deleted.".into()],
        in_order_if: None,
        not_logged: None,
        ends: None,
        touches: Touches::Tenant,
    };
    assert_eq!(both, expected);
    assert_eq!(milder.or(&milder), milder);
}

#[test]
fn an_entry_can_be_about_several_codes() {
    let own = "[[actions]]\ncode = [\"a.x\", \"a.y\"]\neffect = \"view\"\nsays = \"Read.\"\n\
               [[actions]]\npattern = [\"b.*\", \"*.c\"]\neffect = \"delete\"\nsays = \"Deleted.\"\n";
    let (catalogue, _) = load(&[("a.toml", own)]).expect("a good file");
    for (code, says) in [
        ("a.x", Some("Read.")),
        ("a.y", Some("Read.")),
        ("b.z", Some("Deleted.")),
        ("z.c", Some("Deleted.")),
        ("a.z", None),
    ] {
        assert_eq!(catalogue.lookup(code).says, says, "{code}");
    }
    let own = "[[actions]]\ncode = []\neffect = \"view\"\nsays = \"Read.\"\n\
               [[actions]]\ncode = [\"a\", \"a\"]\neffect = \"view\"\nsays = \"Read.\"\n";
    let told = load(&[("a.toml", own)]).expect_err("faults");
    let codes: Vec<_> = told
        .lines()
        .map(|line| line.contains("[action-code]") || line.contains("[duplicate-action]"))
        .collect();
    assert_eq!(codes, [true, true], "{told}");
}

#[test]
fn bad_files_are_told_at_once() {
    let a = [
        entry("code", "x", "harmless", "X."),
        entry("code", "x", "uncatalogued", "X."),
        entry("pattern", "*", "view", "All."),
        entry("cod", "y", "view", " "),
    ];
    let told = load(&[("a.toml", &a.concat()), ("b.toml", "[[action]]\n")]).expect_err("faults");
    let effects = "`view`, `search`, `change`, `export`, `reveal_secret`, `delete`, \
                   `cover_tracks`, `impersonate`, `credential`";
    let expected = [
        format!("a.toml:3:10: `effect` cannot be `harmless` [unknown-value] (hint: known: {effects})"),
        "a.toml:6:8: `x` is already described on line 2 [duplicate-action] (hint: keep one of the two)".into(),
        format!("a.toml:7:10: `effect` cannot be `uncatalogued` [unknown-value] (hint: known: {effects})"),
        "a.toml:10:11: `*` is no pattern [action-pattern] (hint: write some text and a `*`, such as `Describe*`; \
         for one exact action use `code`)"
            .into(),
        "a.toml:13:1: an action has either a `code` or a `pattern` [action-code] (hint: write \
         `code = \"user.mfa.reset\"`, or `pattern = \"Describe*\"` for all that begin so)"
            .into(),
        "a.toml:14:1: unknown key `cod` in `[[actions]]` [unknown-key] (hint: did you mean `code`? Known: `code`, \
         `pattern`, `effect`, `says`, `check`, `look_for`, `in_order_if`, `not_logged`, `ends`, `touches`)"
            .into(),
        "a.toml:16:8: `says` is empty [empty-value] (hint: write something between the quotation marks; a key that \
         is not needed may be left out)"
            .into(),
        "b.toml:1:3: unknown key `action` in this file [unknown-key] (hint: did you mean `actions`? Known: `actions`)"
            .into(),
    ];
    assert_eq!(told.lines().collect::<Vec<_>>(), expected, "{told}");
}

#[test]
fn a_file_that_is_not_there_is_named_both_ways() {
    let told = load(&[("none.toml", "")]).expect_err("a fault");
    assert!(
        told.starts_with("cannot read the catalogue `none.toml` (none.toml): "),
        "{told}"
    );
}
