-- The index that has the day, too, serves all that this one served.
drop index concurrently if exists service_order_delegation_id_idx;
