//! What integration tests share: a store of their own on each database.
#![allow(dead_code, reason = "every test binary uses its part")]

pub mod authority;
pub mod web;

use elicence::{domain::secret::Secret, storage::Store};
use std::{
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

/// A store's place: a folder, and a database that is this test's alone. Both go when it is dropped.
pub struct Place {
    folder: Option<tempfile::TempDir>,
    path: PathBuf,
    pub address: String,
    drop_database: Option<String>,
}

/// One place on SQLite and one on PostgreSQL. `ELICENCE_TEST_POSTGRES` is the URL of a superuser;
/// without it the tests fail, unless `ELICENCE_TEST_ONLY_SQLITE=1` says that PostgreSQL is left out on purpose.
pub async fn places() -> Vec<Place> {
    let mut places = vec![Place::sqlite()];
    if !only_sqlite() {
        places.push(Place::postgres().await);
    }
    places
}

/// Is PostgreSQL left out on purpose?
pub fn only_sqlite() -> bool {
    std::env::var("ELICENCE_TEST_ONLY_SQLITE").as_deref() == Ok("1")
}

impl Place {
    /// In a child process: the place of its parent.
    pub fn of_parent() -> Self {
        let path = std::env::var_os("ELICENCE_TEST_PLACE").expect("run by its parent test only");
        // The folder and the database are the parent's to remove.
        Self { folder: None, path: path.into(), address: std::env::var("ELICENCE_TEST_ADDRESS").unwrap(), drop_database: None }
    }

    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = format!("sqlite:{}", folder.path().join("elicence.db").display());
        Self { path: folder.path().into(), folder: Some(folder), address, drop_database: None }
    }

    pub async fn postgres() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let server = std::env::var("ELICENCE_TEST_POSTGRES")
            .expect("set ELICENCE_TEST_POSTGRES to a superuser's URL of a PostgreSQL server, or ELICENCE_TEST_ONLY_SQLITE=1");
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos();
        let name = format!("elicence_test_{}_{}_{now}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        sql(&server, format!("create database {name}")).await;
        let (base, _) = server.rsplit_once('/').unwrap();
        let address = format!("{base}/{name}");
        let folder = tempfile::tempdir().unwrap();
        Self { path: folder.path().into(), folder: Some(folder), address, drop_database: Some(format!("{server} {name}")) }
    }

    pub fn is_postgres(&self) -> bool {
        self.drop_database.is_some()
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn master_key(&self) -> PathBuf {
        self.path().join("master.key")
    }

    /// Opens the store; again and again, as other processes would.
    pub async fn open(&self) -> Store {
        let key = elicence::storage::master_key::load_or_make_master_key(&self.master_key()).unwrap();
        Store::open(&self.address, self.path(), &key).await.unwrap()
    }

    pub async fn try_open(&self, key: [u8; 32]) -> Result<Store, elicence::storage::error::StorageError> {
        Store::open(&self.address, self.path(), &Secret::new(key).into()).await
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some((server, name)) = self.drop_database.as_deref().and_then(|s| s.split_once(' ')) else { return };
        let (server, statement) = (server.to_owned(), format!("drop database if exists {name} with (force)"));
        let done = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(sql(&server, statement));
        });
        assert!(done.join().is_ok() || std::thread::panicking());
    }
}

async fn sql(server: &str, statement: String) {
    use sqlx::{AssertSqlSafe, Connection, Executor};
    let mut connection = sqlx::PgConnection::connect(server).await.expect("ELICENCE_TEST_POSTGRES must answer");
    connection.execute(AssertSqlSafe(statement)).await.unwrap();
    connection.close().await.unwrap();
}
