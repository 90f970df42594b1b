//! Who holds which licence: keyed hashes of holders' codes, for looking a holder's licences up.

use crate::{
    domain::licence::LicenceId,
    storage::{
        database::{Transaction, values},
        error::StorageError,
    },
};

/// Records the holders of a licence, in their order.
pub async fn insert(transaction: &mut Transaction, licence: LicenceId, keys: &[[u8; 32]]) -> Result<(), StorageError> {
    for (ordinal, key) in (1_i64..).zip(keys) {
        transaction
            .change_one(
                "add holder",
                "insert into licence_holders (licence_id, ordinal, holder_key) values ($1, $2, $3)",
                values![&licence.0[..], ordinal, &key[..]],
            )
            .await?;
    }
    Ok(())
}
