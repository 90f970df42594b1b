//! A bounded pool of sessions with one key of a token; loses them all when the token is lost, and connects again after a pause.

use crate::keys::pkcs11::{
    TokenError, TokenUri,
    connection::{Connection, connect, lost, open},
    module::Module,
};
use cryptoki::{mechanism::MechanismType, object::ObjectHandle, session::Session, types::AuthPin};
use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// Sessions that sign at the same time with one key; more wait.
const MOST_SESSIONS: usize = 8;
/// Longest wait for a free session.
const LONGEST_WAIT: Duration = Duration::from_secs(10);
/// Pause after the first failed connection; it doubles with each.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// Longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// The pool.
pub struct Pool {
    module: Arc<Module>,
    uri: TokenUri,
    pin: AuthPin,
    state: Mutex<State>,
    freed: Condvar,
}

enum State {
    /// Not connected: at the beginning, or after the token was lost.
    Apart,
    /// Connected.
    Here { connection: Connection, idle: Vec<Session>, open: usize },
    /// The last try to connect failed.
    Away { error: TokenError, pause: Duration, again_at: Instant },
}

/// A session on loan.
pub struct Loan {
    /// The session.
    pub session: Session,
    /// The private key in it.
    pub key: ObjectHandle,
    generation: u64,
}

impl Pool {
    /// A pool that connects when it is asked first.
    pub fn new(uri: TokenUri, pin: AuthPin) -> Self {
        Self { module: Module::at(&uri.module), uri, pin, state: Mutex::new(State::Apart), freed: Condvar::new() }
    }

    /// Is the token there? Connects when that is due.
    pub fn ready(&self) -> Result<(), TokenError> {
        self.connected().map(|_| ())
    }

    /// What the token can do.
    pub fn mechanisms(&self) -> Result<Vec<MechanismType>, TokenError> {
        match &*self.connected()? {
            State::Here { connection, .. } => Ok(connection.mechanisms.clone()),
            State::Apart | State::Away { .. } => Err(TokenError::Lost("not connected".into())),
        }
    }

    /// Works with a session while the driver cannot be stopped. When the token proves lost, it is looked for again at once, and
    /// `work` is tried a second time.
    pub fn with<T>(&self, work: impl Fn(&Loan) -> Result<T, cryptoki::error::Error>) -> Result<T, TokenError> {
        self.with_once(&work).or_else(|error| match error {
            TokenError::Lost(_) => self.with_once(&work),
            other => Err(other),
        })
    }

    fn with_once<T>(&self, work: &impl Fn(&Loan) -> Result<T, cryptoki::error::Error>) -> Result<T, TokenError> {
        let loan = self.borrow()?;
        let generation = loan.generation;
        let done = self.module.with(|_, now| match now == generation {
            true => work(&loan).map_err(lost),
            false => Err(TokenError::Lost("its driver was started anew".into())),
        });
        match done.and_then(|done| done) {
            Ok(done) => {
                self.give_back(loan);
                Ok(done)
            }
            Err(error) => {
                self.lose(generation);
                Err(error)
            }
        }
    }

    fn borrow(&self) -> Result<Loan, TokenError> {
        let until = Instant::now() + LONGEST_WAIT;
        let mut state = self.connected()?;
        loop {
            let State::Here { connection, idle, open: opened } = &mut *state else {
                // lost while this one waited
                drop(state);
                state = self.connected()?;
                continue;
            };
            let (key, generation, slot) = (connection.key, connection.generation, connection.slot);
            if let Some(session) = idle.pop() {
                return Ok(Loan { session, key, generation });
            }
            if *opened < MOST_SESSIONS {
                let session = self.module.with(|context, now| match now == generation {
                    true => open(context, slot),
                    false => Err(TokenError::Lost("its driver was started anew".into())),
                });
                match session.and_then(|session| session) {
                    Ok(session) => {
                        *opened += 1;
                        return Ok(Loan { session, key, generation });
                    }
                    Err(error) => {
                        *state = State::Apart;
                        return Err(error);
                    }
                }
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(TokenError::Lost(format!("all {MOST_SESSIONS} sessions are at work")));
            }
            state = self.freed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn give_back(&self, loan: Loan) {
        if let State::Here { connection, idle, .. } = &mut *self.lock()
            && connection.generation == loan.generation
        {
            idle.push(loan.session);
            self.freed.notify_one();
        }
    }

    fn lose(&self, generation: u64) {
        let mut state = self.lock();
        if matches!(&*state, State::Here { connection, .. } if connection.generation == generation) {
            *state = State::Apart;
        }
        self.freed.notify_all();
    }

    /// The state, connected.
    fn connected(&self) -> Result<MutexGuard<'_, State>, TokenError> {
        let mut state = self.lock();
        let pause = match &*state {
            State::Here { .. } => return Ok(state),
            State::Apart => FIRST_PAUSE,
            // a PIN that was refused is not tried again: the token would lock itself
            State::Away { error, again_at, .. } if matches!(error, TokenError::Pin(_)) || Instant::now() < *again_at => {
                return Err(error.clone());
            }
            State::Away { pause, .. } => (*pause * 2).min(LONGEST_PAUSE),
        };
        match self.connect() {
            Ok((connection, session)) => {
                *state = State::Here { connection, idle: vec![session], open: 1 };
                Ok(state)
            }
            Err(error) => {
                *state = State::Away { error: error.clone(), pause, again_at: Instant::now() + pause };
                Err(error)
            }
        }
    }

    /// Many drivers see a token that came back only when they are started anew.
    fn connect(&self) -> Result<(Connection, Session), TokenError> {
        connect(&self.module, &self.uri, &self.pin).or_else(|error| match error {
            TokenError::NoToken(_) | TokenError::NoKey(_) | TokenError::Lost(_) => {
                self.module.with(|_, generation| generation).map(|generation| self.module.stop(generation))?;
                connect(&self.module, &self.uri, &self.pin)
            }
            TokenError::Driver { .. } | TokenError::Pin(_) | TokenError::SeveralKeys(_) | TokenError::Unsupported => Err(error),
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Pool {
    /// Closes what is open, so that keys that were exchanged leave no sessions behind.
    fn drop(&mut self) {
        let State::Here { connection, idle, .. } = std::mem::replace(&mut *self.lock(), State::Apart) else { return };
        let closed = self.module.with(|_, generation| {
            if generation == connection.generation {
                // a session that cannot be closed belongs to a token that is gone
                idle.into_iter().for_each(|session| drop(session.close()));
            }
        });
        // a driver that does not start has no sessions
        drop(closed);
    }
}
