-- Of the partners that wait, the one that was served longest ago is next.
create index concurrently if not exists bulk_operation_served on bulk_operation (partner_id, served_at desc) where served_at is not null;
