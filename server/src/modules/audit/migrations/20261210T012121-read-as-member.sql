set role liaison_owner;

-- As for members: whoever has left a partner, or whose partner is stopped, reads no more what its people did.
alter policy partner_view on audit_scope using (kind = 'partner' and scope_id = (select access.own_partner()));

reset role;
