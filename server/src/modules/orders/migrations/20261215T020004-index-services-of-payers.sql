-- What of others' services an organisation pays for is listed newest first.
create index concurrently if not exists service_paid_for on service (payer_tenant_id, id desc) where billing_mode = 'resale';
