-- What somebody else's orders cost an organisation that pays for them is listed newest first.
create index concurrently if not exists service_order_paid_for on service_order (payer_tenant_id, id desc) where billing_mode = 'resale';
