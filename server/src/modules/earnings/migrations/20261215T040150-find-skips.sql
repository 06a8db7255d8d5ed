-- The provider reads what came to nothing of all partners, the newest first.
create index concurrently if not exists earning_skip_newest on earning_skip (created_at desc, billing_event_id, component);
