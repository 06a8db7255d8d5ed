set role liaison_authz;

-- Whether a subscription is the matter of whoever asks about it. The record comes from the caller, who writes any ids into one.
create function access.is_own_subscription(s public.subscription) returns boolean
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
  as $$
  select session_user not in ('liaison_realm', 'liaison_program') or exists (
    select from public.subscription x
    where x.id = s.id and x.end_user_id = s.end_user_id and case session_user
      when 'liaison_program' then x.partner_id = access.partner_of_owner()
      else x.end_user_id = access.context_id('end_user_id') or (access.is_realm_admin() and x.partner_id = access.context_id('partner_id')) end)
$$;

-- With a record made up of the ids of somebody else these told whether a hold is on that user, and how long the subscription was paid for.
create function access.own_subscription_state(s public.subscription) returns text
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
  as $$ select access.subscription_state(s) where access.is_own_subscription(s) $$;
grant execute on function access.own_subscription_state(public.subscription) to liaison_platform, liaison_program, liaison_realm;

create or replace function access.paid_until(s public.subscription) returns timestamp with time zone
  language plpgsql stable security definer
  set search_path = pg_catalog, pg_temp
  as $$
declare
  t public.subscription_term := access.term_now(s.id);
begin
  if s.signed_at is null or t.id is null or not access.is_own_subscription(s) then
    return null;
  end if;
  return access.period_end(greatest(s.signed_at, t.starts_at), t.period, statement_timestamp());
end
$$;

reset role;
set role liaison_owner;

create or replace view public.subscription_overview with (security_invoker=true) as
 SELECT s.id,
    s.partner_id,
    s.end_user_id,
    u.role AS user_role,
    u.status AS user_status,
    s.status,
    access.own_subscription_state(s.*) AS state,
    s.asked_at,
    s.signing_until,
    s.signed_at,
    s.confirmed_by_name,
    s.cancel_cause,
    s.cancel_at,
    access.paid_until(s.*) AS paid_until,
        CASE
            WHEN (access.own_subscription_state(s.*) = 'unsigned'::text) THEN COALESCE(s.ended_at, s.cancel_at, s.signing_until)
            ELSE NULL::timestamp with time zone
        END AS ended_at,
        CASE
            WHEN (access.own_subscription_state(s.*) = 'unsigned'::text) THEN COALESCE(s.end_reason,
            CASE
                WHEN (s.cancel_at <= statement_timestamp()) THEN 'period_over'::text
                ELSE 'timed_out'::text
            END)
            ELSE NULL::text
        END AS end_reason,
    s.end_note,
    t.plan_id,
    p.name AS plan_name,
    p.requires_flag,
    t.plan_version_id,
    t.price_minor,
    t.currency,
    t.period,
    t.limits,
    n.id AS next_term_id,
    n.plan_id AS next_plan_id,
    np.name AS next_plan_name,
    n.price_minor AS next_price_minor,
    n.currency AS next_currency,
    n.period AS next_period,
    n.starts_at AS next_at,
    ARRAY( SELECT DISTINCT h.kind
           FROM public.subscription_hold h
          WHERE ((h.end_user_id = s.end_user_id) AND (h.released_at IS NULL) AND h.blocks_entitlement AND ((h.subscription_id IS NULL) OR (h.subscription_id = s.id)))
          ORDER BY h.kind) AS holds
   FROM (((((public.subscription s
     JOIN LATERAL ( SELECT x.id,
            x.subscription_id,
            x.partner_id,
            x.end_user_id,
            x.plan_id,
            x.plan_version_id,
            x.price_minor,
            x.currency,
            x.period,
            x.limits,
            x.starts_at,
            x.withdrawn_at,
            x.created_at
           FROM public.subscription_term x
          WHERE ((x.subscription_id = s.id) AND (x.withdrawn_at IS NULL) AND (x.starts_at <= statement_timestamp()))
          ORDER BY x.starts_at DESC, x.id DESC
         LIMIT 1) t ON (true))
     LEFT JOIN public.plan p ON ((p.id = t.plan_id)))
     LEFT JOIN LATERAL ( SELECT x.id,
            x.subscription_id,
            x.partner_id,
            x.end_user_id,
            x.plan_id,
            x.plan_version_id,
            x.price_minor,
            x.currency,
            x.period,
            x.limits,
            x.starts_at,
            x.withdrawn_at,
            x.created_at
           FROM public.subscription_term x
          WHERE ((x.subscription_id = s.id) AND (x.withdrawn_at IS NULL) AND (x.starts_at > statement_timestamp()))
          ORDER BY x.starts_at
         LIMIT 1) n ON ((access.own_subscription_state(s.*) <> 'unsigned'::text)))
     LEFT JOIN public.plan np ON ((np.id = n.plan_id)))
     LEFT JOIN public.end_user u ON ((u.id = s.end_user_id)));

reset role;
set role liaison_authz;

revoke execute on function access.subscription_state(public.subscription) from liaison_program, liaison_realm;

reset role;
