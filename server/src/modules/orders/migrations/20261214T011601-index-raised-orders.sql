-- What was made dearer under a delegation in a month is added up with what was ordered under it.
create index concurrently if not exists service_order_raised on service_order (raised_by_delegation_id, placed_at) where raised_by_delegation_id is not null;
