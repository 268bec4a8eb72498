//! The table of the profiles built in. Vendors are named here and in the files it lists, nowhere
//! else.

macro_rules! profiles {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("profiles/", $name, ".toml")))),*]
    };
}

/// Their texts by name, in the order of the names.
pub(super) const BUILT_IN: &[(&str, &str)] = profiles![
    "access-transparency",
    "atlassian-audit",
    "auth0",
    "aws-cloudtrail",
    "cyberark-pas",
    "entra-audit",
    "entra-sign-ins",
    "gcp-audit",
    "github-audit",
    "gitlab-audit",
    "google-workspace-admin",
    "jira-cloud-audit",
    "kubernetes-audit",
    "m365-unified-audit",
    "ocsf",
    "okta-system-log",
    "postgresql-csvlog",
    "salesforce-event-log-file",
    "salesforce-login-history",
    "salesforce-setup-audit-trail",
    "slack-audit",
    "snowflake-login-history",
    "snowflake-query-history",
    "superuser",
    "teleport",
    "zendesk-audit",
];
