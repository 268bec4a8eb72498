//! A case with other windows and agents, for a scan that states what they change.

use super::{Agent, AgentId, Case, Scope, Tenure, fold};
use crate::{diag::nearest, time::Timestamp};

/// Changes of a case as written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Variation {
    /// Name of the scope that differs; all scopes differ where it is `None`.
    pub scope: Option<String>,
    /// Another beginning of the window.
    pub from: Option<Timestamp>,
    /// Another end of the window.
    pub until: Option<Timestamp>,
    /// Agents that are left out, each by its id or one of its identities.
    pub without: Vec<String>,
    /// Agents of the case, or identities that it does not list, that come in.
    pub with: Vec<String>,
}

/// A reason why a case cannot differ as asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VariationError {
    /// The case has no scope of this name.
    #[error("the case has no scope `{name}`; its scopes are {known}")]
    UnknownScope {
        /// Name as given.
        name: String,
        /// Those of the case.
        known: String,
    },
    /// A window is given, and more than one scope could have it.
    #[error(
        "the case has several scopes, each with its window: name the one that --from and --until change with --scope ({known})"
    )]
    WhichScope {
        /// Those of the case.
        known: String,
    },
    /// The case lists no agent of this name.
    #[error("the case lists no agent with the id or identity `{name}`{}", hint.as_ref().map(|hint| format!("; the nearest is `{hint}`")).unwrap_or_default())]
    UnknownAgent {
        /// Name as given.
        name: String,
        /// A listed name that is near.
        hint: Option<String>,
    },
    /// The agent is in no scope that differs.
    #[error("no scope that would change has the agent `{name}`")]
    NotInScope {
        /// Name as given.
        name: String,
    },
    /// The window would end before it begins.
    #[error(
        "the window of scope `{scope}` would begin at {from} and end at {until}: --until must be later than --from"
    )]
    EmptyWindow {
        /// Its scope.
        scope: String,
        /// Its beginning.
        from: Timestamp,
        /// Its end.
        until: Timestamp,
    },
    /// A scope would have no agents left.
    #[error("scope `{scope}` would have no agent left")]
    NoAgents {
        /// Its name.
        scope: String,
    },
    /// Only scopes about agents can have more of them.
    #[error("scope `{scope}` names no agents: it holds all events that meet its conditions")]
    OpenScope {
        /// Its name.
        scope: String,
    },
}

impl Variation {
    /// Returns whether nothing differs.
    pub fn is_empty(&self) -> bool {
        let Self {
            scope: _,
            from,
            until,
            without,
            with,
        } = self;
        from.is_none() && until.is_none() && without.is_empty() && with.is_empty()
    }
}

impl Case {
    /// Changes the windows and agents of the scopes.
    pub fn vary(&mut self, variation: &Variation) -> Result<(), VariationError> {
        let Variation {
            scope,
            from,
            until,
            without,
            with,
        } = variation;
        let known = || {
            let names: Vec<&str> = self.scopes.iter().map(|scope| scope.name.as_str()).collect();
            names.join(", ")
        };
        let changed: Vec<usize> = match scope {
            None => (0..self.scopes.len()).collect(),
            Some(name) => {
                let at = self.scopes.iter().position(|scope| scope.name == *name);
                let unknown = || VariationError::UnknownScope {
                    name: name.clone(),
                    known: known(),
                };
                vec![at.ok_or_else(unknown)?]
            }
        };
        if (from.is_some() || until.is_some()) && changed.len() > 1 {
            return Err(VariationError::WhichScope { known: known() });
        }
        for &at in &changed {
            let Scope { name, window, .. } = &mut self.scopes[at];
            window.from = from.unwrap_or(window.from);
            window.until = until.unwrap_or(window.until);
            if window.until <= window.from {
                return Err(VariationError::EmptyWindow {
                    scope: name.clone(),
                    from: window.from,
                    until: window.until,
                });
            }
        }
        for name in without {
            let agent = self.agent_named(name).ok_or_else(|| self.unknown_agent(name))?;
            let before: usize = changed.iter().map(|at| self.scopes[*at].agents.len()).sum();
            for &at in &changed {
                self.scopes[at].agents.retain(|own| *own != agent);
            }
            let after: usize = changed.iter().map(|at| self.scopes[*at].agents.len()).sum();
            if before == after {
                return Err(VariationError::NotInScope { name: name.clone() });
            }
        }
        for name in with {
            self.admit_to(&changed, name, scope.is_some())?;
        }
        match self.scopes.iter().find(|scope| !scope.open && scope.agents.is_empty()) {
            Some(scope) => Err(VariationError::NoAgents {
                scope: scope.name.clone(),
            }),
            None => Ok(()),
        }
    }

    /// Adds an agent to scopes; one that is not listed is listed by its identity.
    fn admit_to(&mut self, scopes: &[usize], name: &str, only: bool) -> Result<(), VariationError> {
        if let Some(&at) = scopes.iter().find(|at| only && self.scopes[**at].open) {
            return Err(VariationError::OpenScope {
                scope: self.scopes[at].name.clone(),
            });
        }
        let agent = self.agent_named(name).unwrap_or_else(|| {
            self.agents.push(Agent {
                id: AgentId(name.trim().to_owned()),
                email: None,
                identities: Vec::new(),
                name: None,
                employer: None,
                role: None,
                country: None,
                pseudonym: String::new(),
                tenure: Tenure::default(),
                unlisted: false,
                user_names: Vec::new(),
                derived: false,
                derived_names: Vec::new(),
            });
            self.agents.len() - 1
        });
        for &at in scopes {
            let Scope { open, agents, .. } = &mut self.scopes[at];
            if *open {
                continue;
            }
            if let Err(place) = agents.binary_search(&agent) {
                agents.insert(place, agent);
            }
        }
        Ok(())
    }

    /// Returns the listed agent with this id or identity.
    fn agent_named(&self, name: &str) -> Option<usize> {
        let exactly = |agent: &Agent| agent.id.0 == name.trim();
        let loosely = |agent: &Agent| agent.all_identities().any(|identity| fold(identity) == fold(name));
        let place = |is: &dyn Fn(&Agent) -> bool| self.agents.iter().position(is);
        place(&exactly).or_else(|| place(&loosely))
    }

    fn unknown_agent(&self, name: &str) -> VariationError {
        let known = self.agents.iter().flat_map(Agent::all_identities);
        VariationError::UnknownAgent {
            name: name.to_owned(),
            hint: nearest(name, known).map(str::to_owned),
        }
    }
}
