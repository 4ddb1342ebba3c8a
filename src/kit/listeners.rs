//! Places for pages that hear of something for long: so many in all, and so many of one person.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// So many pages hear at once…
const ALL: usize = 200;
/// …and so many of one person, who may have several browsers.
const EACH: usize = 4;

/// Who hears now: how many pages of each person.
#[derive(Debug, Clone, Default)]
pub struct Listeners(Arc<Mutex<HashMap<String, usize>>>);

/// A place that is given back when its page goes.
#[derive(Debug)]
pub struct Place {
    listeners: Listeners,
    person: String,
}

impl Listeners {
    /// A place for one more page of this person; none when there are too many.
    pub fn place(&self, person: &str) -> Option<Place> {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.values().sum::<usize>() >= ALL {
            return None;
        }
        let own = taken.entry(person.to_owned()).or_default();
        if *own >= EACH {
            return None;
        }
        *own += 1;
        Some(Place { listeners: self.clone(), person: person.to_owned() })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.listeners.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = taken.get_mut(&self.person) {
            *own -= 1;
            if *own == 0 {
                taken.remove(&self.person);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_has_four_and_what_goes_makes_room() {
        let listeners = Listeners::default();
        let mut places: Vec<Place> = (0..EACH).map(|_| listeners.place("rocky").unwrap()).collect();
        assert!(listeners.place("rocky").is_none());
        assert!(listeners.place("apollo").is_some());
        places.pop();
        assert!(listeners.place("rocky").is_some());
    }

    #[test]
    fn all_together_have_so_many() {
        let listeners = Listeners::default();
        let places: Vec<Place> = (0..ALL).map(|at| listeners.place(&at.to_string()).unwrap()).collect();
        assert!(listeners.place("one more").is_none());
        drop(places);
        assert!(listeners.0.lock().unwrap().is_empty());
    }
}
