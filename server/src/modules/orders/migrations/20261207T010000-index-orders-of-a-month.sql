-- What was ordered under a delegation in a month is added up with each order that a limit bounds.
create index concurrently if not exists service_order_of_delegation on service_order (delegation_id, placed_at);
