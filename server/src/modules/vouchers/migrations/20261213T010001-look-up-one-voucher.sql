set role liaison_authz;

-- The one voucher of the own agency that has this code. The login of forms could select them all, so whoever got hold of a form
-- token's context had every code of the agency, which are good for goods at a till.
create function access.find_agency_voucher(of_code text)
  returns table (id uuid, code text, voucher_type_id uuid, status text, agency_id uuid, requested_at timestamp with time zone, issued_at timestamp with time zone,
    expires_at timestamp with time zone, redeemed_at timestamp with time zone, type_code text, type_label text)
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
  as $$
  select v.id, v.code, v.voucher_type_id, v.status, v.agency_id, v.requested_at, v.issued_at, v.expires_at, v.redeemed_at, t.code, t.label
  from access.issuing_side() side
  join public.voucher v on v.tenant_id = side.tenant_id and v.agency_id = side.agency_id and v.code = of_code
  join public.voucher_type t on t.tenant_id = v.tenant_id and t.id = v.voucher_type_id
$$;
grant execute on function access.find_agency_voucher(text) to liaison_embed;

reset role;
