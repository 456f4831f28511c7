//! Now, as a value: the moment, the zone that dates are lived in, and how long what was counted stays true enough.
//!
//! Made in `server.rs` and `commands/` (the only places that read the machine's clock) and by tests, which set it;
//! everything else is handed one. A clock in a transaction is read once, so that one answer speaks of one moment.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, SubsecRound, TimeDelta, Utc};
use chrono_tz::Tz;

/// A source of the present moment, with the zone (`TIME_ZONE`) in which it is a date.
#[derive(Clone)]
pub struct Clock {
    now: Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>,
    zone: Tz,
    pace: Option<Duration>,
}

impl Clock {
    /// A clock that asks `now` each time.
    pub fn new(now: impl Fn() -> DateTime<Utc> + Send + Sync + 'static, zone: Tz) -> Self {
        Self { now: Arc::new(now), zone, pace: None }
    }

    /// The same where everything is counted again every `pace`; `None`: by hand only.
    #[must_use]
    pub fn counting_every(self, pace: Option<Duration>) -> Self {
        Self { pace, ..self }
    }

    /// A clock that stands still.
    pub fn fixed(at: DateTime<Utc>, zone: Tz) -> Self {
        Self::new(move || at, zone)
    }

    /// The present moment in UTC, to the microsecond (all that the databases keep).
    pub fn now(&self) -> DateTime<Utc> {
        (self.now)().trunc_subsecs(6)
    }

    /// The zone that every date of the product lives in.
    pub fn zone(&self) -> Tz {
        self.zone
    }

    /// Today's date in the zone.
    pub fn today(&self) -> NaiveDate {
        self.now().with_timezone(&self.zone).date_naive()
    }
    /// What was counted before this moment is old by now: it was passed over twice. `None` where nothing is counted by the
    /// clock, and nothing grows old by it.
    pub fn old_before(&self) -> Option<DateTime<Utc>> {
        self.pace.and_then(|pace| self.now().checked_sub_signed(TimeDelta::from_std(pace * 2).ok()?))
    }
}
