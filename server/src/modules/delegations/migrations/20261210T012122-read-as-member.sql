set role liaison_owner;

-- As for members: whoever has left a partner, or whose partner is stopped, reads no more of what was refused to its people.
alter policy partner_view on access_explanation using (partner_id = (select access.own_partner()));

reset role;
