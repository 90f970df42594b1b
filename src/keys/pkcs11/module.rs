//! A driver (PKCS#11 module): loaded and started once a process, whoever uses it, and started anew when its tokens are lost.

use crate::keys::pkcs11::TokenError;
use cryptoki::{
    context::{CInitializeArgs, CInitializeFlags, Pkcs11},
    error::{Error, RvError},
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, RwLock},
};

/// PKCS#11 allows a process to start a driver once, so who uses it must share it: this is a fact of the process, not of a value.
static MODULES: Mutex<BTreeMap<PathBuf, Arc<Module>>> = Mutex::new(BTreeMap::new());

/// One driver.
pub struct Module {
    path: PathBuf,
    started: RwLock<Started>,
}

struct Started {
    context: Option<Pkcs11>,
    /// Counts the starts: what was opened before the last one is gone.
    generation: u64,
}

impl Module {
    /// The driver at `path`; it is loaded when it is used first.
    pub fn at(path: &Path) -> Arc<Self> {
        let mut modules = MODULES.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Arc::new(Self { path: path.to_owned(), started: RwLock::new(Started { context: None, generation: 0 }) });
        modules.entry(path.to_owned()).or_insert_with(new).clone()
    }

    /// Works with the driver. It is not stopped before `work` ends. `work` learns the generation.
    pub fn with<T>(&self, work: impl FnOnce(&Pkcs11, u64) -> T) -> Result<T, TokenError> {
        {
            let started = self.started.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(context) = &started.context {
                return Ok(work(context, started.generation));
            }
        }
        let mut started = self.started.write().unwrap_or_else(PoisonError::into_inner);
        if started.context.is_none() {
            started.context = Some(self.start()?);
            started.generation += 1;
        }
        match &started.context {
            Some(context) => Ok(work(context, started.generation)),
            None => Err(self.refused("it did not start")),
        }
    }

    /// Stops the driver, so that its next use starts it anew. Nothing happens when somebody else did that since `generation`.
    pub fn stop(&self, generation: u64) {
        let mut started = self.started.write().unwrap_or_else(PoisonError::into_inner);
        if started.generation == generation
            && let Some(context) = started.context.take()
            && let Err(error) = context.finalize()
        {
            // a driver whose device is gone may refuse even that; the next start shows whether it works again
            tracing::warn!(driver = %self.path.display(), %error, "the driver did not stop cleanly");
        }
    }

    fn start(&self) -> Result<Pkcs11, TokenError> {
        let context = Pkcs11::new(&self.path).map_err(|error| self.refused(&error.to_string()))?;
        match context.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
            Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => Ok(context),
            Err(error) => Err(self.refused(&error.to_string())),
        }
    }

    fn refused(&self, reason: &str) -> TokenError {
        TokenError::Driver { path: self.path.clone(), reason: reason.to_owned() }
    }
}
