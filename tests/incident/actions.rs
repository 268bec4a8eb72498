//! The vocabulary of the admin tool, and how often each word is used.

use crate::rng::Rng;

/// The object of an action, as far as the log says.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Object {
    /// The customer's space itself.
    Tenant,
    /// A user of the customer.
    User,
    /// A group.
    Group,
    /// An application.
    App,
    /// A sign-on policy.
    Policy,
    /// An enrolled device.
    Device,
    /// A support ticket.
    Ticket,
    /// An API token.
    Token,
    /// The customer's own system log.
    Log,
    /// A report or an exported list.
    Report,
    /// The log's `target` is null.
    Nothing,
}

/// One word of the vocabulary.
pub(crate) struct Action {
    /// The code in the log.
    pub(crate) code: &'static str,
    /// Object of the action.
    pub(crate) object: Object,
    /// Relative frequency: views dominate, credentials and secrets are rare.
    weight: usize,
    /// Whether it takes place in a customer's tenant.
    pub(crate) in_tenant: bool,
}

const fn act(code: &'static str, object: Object, weight: usize) -> Action {
    Action {
        code,
        object,
        weight,
        in_tenant: true,
    }
}

const fn own(code: &'static str, weight: usize) -> Action {
    Action {
        code,
        object: Object::Nothing,
        weight,
        in_tenant: false,
    }
}

/// Every action the logs can hold. `tenant.shard.rebalance` stands for the word that no catalogue
/// knows.
const ACTIONS: [Action; 39] = [
    act("tenant.view", Object::Tenant, 1400),
    act("user.view", Object::User, 2000),
    act("group.view", Object::Group, 500),
    act("app.view", Object::App, 500),
    act("policy.view", Object::Policy, 250),
    act("device.view", Object::Device, 300),
    act("ticket.view", Object::Ticket, 1200),
    act("tenant.settings.view", Object::Tenant, 400),
    act("tenant.billing.view", Object::Tenant, 150),
    act("log.view", Object::Log, 700),
    act("user.search", Object::Nothing, 900),
    act("tenant.search", Object::Nothing, 350),
    own("global.search", 150),
    act("user.list.export", Object::Report, 25),
    act("log.export", Object::Log, 40),
    act("report.download", Object::Report, 90),
    act("api_token.reveal", Object::Token, 8),
    act("app.client_secret.reveal", Object::App, 8),
    act("user.recovery_code.reveal", Object::User, 15),
    act("user.profile.update", Object::User, 200),
    act("user.unlock", Object::User, 260),
    act("tenant.settings.update", Object::Tenant, 60),
    act("policy.update", Object::Policy, 30),
    act("group.member.add", Object::Group, 70),
    act("group.member.remove", Object::Group, 40),
    act("app.update", Object::App, 50),
    act("user.password.reset", Object::User, 110),
    act("user.mfa.reset", Object::User, 90),
    act("user.mfa.bypass", Object::User, 25),
    act("api_token.create", Object::Token, 8),
    act("admin.role.grant", Object::User, 10),
    act("user.impersonate.start", Object::User, 60),
    // Never drawn: it follows a start.
    act("user.impersonate.end", Object::User, 0),
    act("user.deactivate", Object::User, 25),
    act("app.delete", Object::App, 5),
    act("log.delete", Object::Log, 2),
    own("agent.login", 180),
    own("agent.logout", 140),
    act("tenant.shard.rebalance", Object::Tenant, 3),
];

/// Actions of an agent who acts as the tenant's user.
pub(crate) const AS_CUSTOMER: [&str; 4] = ["user.view", "app.view", "group.view", "user.profile.update"];

/// The action called `code`.
pub(crate) fn find(code: &str) -> &'static Action {
    ACTIONS
        .iter()
        .find(|action| action.code == code)
        .expect("every code in the story is in the vocabulary")
}

/// The actions as a deck of cards, each as often as it is used, so that one draw is one look-up.
pub(crate) struct Deck(Vec<&'static Action>);

impl Deck {
    /// Returns the actions in one tenant.
    pub(crate) fn in_tenant() -> Self {
        Self::of(|action| action.in_tenant)
    }

    /// Everything.
    pub(crate) fn full() -> Self {
        Self::of(|_| true)
    }

    fn of(wanted: impl Fn(&Action) -> bool) -> Self {
        let wanted = ACTIONS.iter().filter(|action| wanted(action));
        Self(
            wanted
                .flat_map(|action| std::iter::repeat_n(action, action.weight))
                .collect(),
        )
    }

    /// Draws a card and puts it back.
    pub(crate) fn draw(&self, rng: &mut Rng) -> &'static Action {
        self.0[rng.below(self.0.len())]
    }
}
