-- Whether a person has been seen at a place is asked of ended sessions, too.
create index concurrently if not exists session_of_person on session (person_id, id);
