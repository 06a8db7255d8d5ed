-- The index of what is open takes its place.
drop index concurrently if exists bulk_operation_waiting;
