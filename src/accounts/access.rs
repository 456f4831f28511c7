//! Who may use a URL: what stands beside each handler in the table of URLs, and the check before it is asked.
//!
//! Declared in `routes`, put before the handlers by `server`. It closes a URL to those for whom no object behind it could
//! be open; which objects are is judged by the models, row by row, in the transaction that reads them. So a handler that
//! forgets to ask is still closed to strangers, and a line that says too little is contradicted by the models.

use actix_web::{FromRequest as _, HttpRequest};

use super::actor::{Actor, Permission, Rights};
use super::caller::Caller;
use super::staff::Staff;
use crate::error::Result;

/// Who may use a URL with a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody, signed in or not.
    Anyone,
    /// All of the staff; of the API, all who may sign in.
    Staff,
    /// Those of the staff who may see objects of the model.
    View(&'static Rights),
    /// Those who may add one.
    Add(&'static Rights),
    /// Those who may change some.
    Change(&'static Rights),
    /// Those who may delete some.
    Delete(&'static Rights),
}

impl Access {
    /// What one must be allowed to do; `None` where nothing but being there is asked.
    pub fn required(self) -> Option<(Permission, &'static Rights)> {
        match self {
            Self::Anyone | Self::Staff => None,
            Self::View(rights) => Some((Permission::View, rights)),
            Self::Add(rights) => Some((Permission::Add, rights)),
            Self::Change(rights) => Some((Permission::Change, rights)),
            Self::Delete(rights) => Some((Permission::Delete, rights)),
        }
    }

    /// Lets the request through or says why not.
    ///
    /// # Errors
    /// `NotSignedIn` for whoever is not of the staff, `Forbidden` with the sentence why for those who are.
    pub async fn check(self, request: &HttpRequest) -> Result<(), actix_web::Error> {
        if self == Self::Anyone {
            return Ok(());
        }
        let staff = Staff::extract(request).await?;
        Ok(self.allows(&staff.actor)?)
    }

    /// [`Access::check`] of a request for the API.
    ///
    /// # Errors
    /// `NotAuthenticated` for nobody, `Forbidden` with the sentence why for those who may not.
    pub async fn check_caller(self, request: &HttpRequest) -> Result<(), actix_web::Error> {
        if self == Self::Anyone {
            return Ok(());
        }
        let caller = Caller::extract(request).await?;
        Ok(self.allows(&caller.actor)?)
    }

    fn allows(self, actor: &Actor) -> Result<()> {
        self.required().map_or(Ok(()), |(permission, rights)| actor.require(permission, rights))
    }
}
