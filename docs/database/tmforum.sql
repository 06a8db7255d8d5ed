-- Reads under the rights and row policies of whoever asks. over_at is when it ended or will end.
-- owner: liaison_owner
create view public.granted_permission with (security_invoker=true) as
 SELECT d.id,
    d.kind,
    d.tenant_id,
    t.name AS tenant_name,
    d.partner_id,
    p.name AS partner_name,
    l.access_role,
    d.approved_at,
    d.starts_at,
    d.ends_at,
    d.updated_at,
        CASE
            WHEN ((d.status = ANY (ARRAY['approved'::text, 'active'::text, 'suspended'::text])) AND (d.ends_at <= statement_timestamp())) THEN 'expired'::text
            WHEN ((d.status = 'active'::text) AND (d.review_stops_at <= statement_timestamp())) THEN 'suspended'::text
            ELSE d.status
        END AS status,
        CASE
            WHEN ((d.status = 'active'::text) AND (d.review_stops_at <= statement_timestamp())) THEN 'review_overdue'::text
            ELSE d.status_reason
        END AS status_reason,
        CASE
            WHEN (d.status = ANY (ARRAY['revoked'::text, 'expired'::text])) THEN LEAST(d.status_changed_at, d.ends_at)
            ELSE d.ends_at
        END AS over_at,
    access.granted_by(d.id) AS granted
   FROM (((public.delegation d
     LEFT JOIN public.link l ON ((l.id = d.id)))
     LEFT JOIN public.partner p ON ((p.id = d.partner_id)))
     LEFT JOIN public.tenant t ON ((t.id = d.tenant_id)))
  WHERE ((d.kind = ANY (ARRAY['link'::text, 'consent'::text, 'resale'::text])) AND (d.approved_at IS NOT NULL));
grant select on public.granted_permission to liaison_platform;
grant select on public.granted_permission to liaison_tenant;

-- For the views of the TM Forum (TMF672).
-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.granted_by(delegation_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select jsonb_build_object('mask', access.mask_now(d)::text, 'accounts', access.bans_of(d.id),
    'client', (select jsonb_build_object('id', k.id, 'name', k.name) from public.consent c join public.api_client k on k.id = c.client_id where c.id = d.id))
  from public.delegation d
  where d.id = granted_by.delegation_id and access.is_party_to(d)
$function$;
grant execute on access.granted_by(uuid) to liaison_platform;
grant execute on access.granted_by(uuid) to liaison_tenant;
