//! Real logs from outside the project, counted independently. They are not part of the repository:
//! an environment variable names their folder.

use serde_json::{Value, json};

use crate::util::{Dir, Run, json, program, shared_data};

fn count(of: &Value, key: &str) -> u64 {
    of[key].as_u64().unwrap_or_else(|| panic!("{key} in {of}"))
}

#[test]
fn real_cloudtrail_logs_give_the_figures_counted_by_others() {
    let Some(folder) = shared_data() else { return };
    let dir = Dir::new();
    let out = dir.path("out");
    let args = [
        "report",
        "--logs",
        "cloudtrail/invictus/CloudTrail",
        "cloudtrail/stratus/docs",
        "--profile",
        "aws-cloudtrail",
        "--agents",
        "Bert-Jan",
        "christophe",
        "BENJAMIN",
        "--from",
        "2023-07-10T12:00:00Z",
        "--until",
        "2024-08-01T00:00:00Z",
    ];
    Run::of(program(&folder).args(args).arg("--out").arg(&out)).ends(1);
    let findings = json(&out.join("findings.json"));
    let records = &findings["records"];
    let expected = [
        ("read", 3210),
        // By their actor, and with keys that these calls returned.
        ("in_scope", 2037 + 63),
        ("by_link", 63),
        ("duplicate", 0),
        ("other_actor", 2188 - 2037 - 63),
        ("refused", 0),
    ];
    for (key, number) in expected {
        assert_eq!(count(records, key), number, "{key}");
    }
    let tenants = findings["tenants"].as_array().expect("tenants");
    assert_eq!(tenants.len(), 12);
    let events = |id: &str| {
        tenants
            .iter()
            .find(|tenant| tenant["id"] == id)
            .map(|tenant| count(tenant, "events"))
    };
    let most = [
        ("123837392027", 1996 + 18),
        ("903144391865", 21),
        ("165109126369", 5),
        ("457448411975", 4 + 30),
    ];
    for (id, number) in most {
        assert_eq!(events(id), Some(number), "{id}");
    }
    let mut actions: Vec<_> = findings["actions"]
        .as_array()
        .expect("actions")
        .iter()
        .map(|action| (count(action, "events"), action["code"].clone()))
        .collect();
    actions.sort_by_key(|(events, _)| std::cmp::Reverse(*events));
    let top = [
        (148, json!("DescribeRouteTables")),
        (119, json!("GetUser")),
        (78, json!("DeleteParameter")),
        (74, json!("DescribeParameters")),
        (54, json!("Decrypt")),
    ];
    assert_eq!(actions[..5], top);
}
