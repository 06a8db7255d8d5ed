-- Whose turn is next is looked for among what is not through.
create index concurrently if not exists bulk_operation_open on bulk_operation (partner_id, created_at) where status in ('queued', 'processing');
