set role liaison_owner;

-- Different from before: the payer stands no longer where it was closed, its partner is terminated or it counts in another currency, as orders find.
create or replace view commercial_overview with (security_invoker=true) as
 SELECT r.id,
    r.kind,
    r.tenant_id,
    t.name AS tenant_name,
    a.ban,
    a.currency,
    r.seller_partner_id,
    s.name AS seller_name,
    r.payer_tenant_id,
    p.name AS payer_name,
    b.ban AS payer_ban,
    r.agreement_reference,
        CASE
            WHEN ((r.status <> 'ended'::text) AND (r.ends_at <= statement_timestamp())) THEN 'ended'::text
            ELSE r.status
        END AS status,
    r.status AS stored_status,
    r.account_id,
    r.starts_at,
    r.ends_at,
    r.version,
    r.created_at,
    r.updated_at,
    p.status <> 'closed' and a.currency = b.currency and (r.kind = 'direct' or (s.home_tenant_id = r.payer_tenant_id and s.status <> 'terminated') is true) as payer_stands
   FROM (((((public.commercial_relationship r
     JOIN public.tenant t ON ((t.id = r.tenant_id)))
     JOIN public.tenant p ON ((p.id = r.payer_tenant_id)))
     JOIN public.billing_account a ON (((a.tenant_id = r.tenant_id) AND (a.id = r.account_id))))
     JOIN public.billing_account b ON (((b.tenant_id = r.payer_tenant_id) AND (b.id = r.payer_account_id))))
     LEFT JOIN public.partner s ON ((s.id = r.seller_partner_id)));

reset role;
