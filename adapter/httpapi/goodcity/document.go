package goodcity

import (
	"strings"

	"latchkey/domain"
	gen "latchkey/openapi/gen/goodcity"
)

// userDocument is what verify and current_user_profile tell of a user: the document's keys and today's, with an empty list for each
// kind of record that Latchkey does not keep. An account has one address, which goes by the account's number; permissions
// go by their place in the account's list.
func userDocument(a domain.Account) gen.GoodCityUser {
	document := gen.GoodCityUser{
		Addresses: []gen.GoodCityAddress{}, Permissions: make([]gen.GoodCityPermission, 0, len(a.Permissions)),
		UserProfile: userProfile(a),
		Districts:   gen.GoodCityRecords{}, Images: gen.GoodCityRecords{}, UserRoles: gen.GoodCityRecords{}, Roles: gen.GoodCityRecords{},
		RolePermissions: gen.GoodCityRecords{}, OrganisationsUsers: gen.GoodCityRecords{}, Organisations: gen.GoodCityRecords{},
		Users: gen.GoodCityRecords{}, PrintersUsers: gen.GoodCityRecords{},
	}
	for i, name := range a.Permissions {
		document.Permissions = append(document.Permissions, gen.GoodCityPermission{ID: int64(i + 1), Name: name})
	}
	if !a.Address.IsZero() {
		document.UserProfile.AddressID = &a.ID
		document.Addresses = append(document.Addresses, gen.GoodCityAddress{
			ID: a.ID, Street: given(a.Address.Street), Flat: given(a.Address.Flat), Building: given(a.Address.Building),
			DistrictID: given(a.Address.DistrictID), AddressableID: a.ID, AddressableType: "User",
		})
	}
	return document
}

func userProfile(a domain.Account) gen.GoodCityUserProfile {
	noRole := int32(0)
	return gen.GoodCityUserProfile{
		ID: a.ID, FirstName: given(a.FirstName), LastName: given(a.LastName),
		Mobile: given(strings.TrimPrefix(a.Phone, "+852")), Email: given(a.Email),
		IsEmailVerified: a.EmailVerified, IsMobileVerified: a.PhoneVerified, Disabled: a.Disabled,
		MaxRoleLevel: &noRole, PreferredLanguage: given(a.Locale),
		UserRoleIds: gen.GoodCityIds{}, OrganisationsUserIds: gen.GoodCityIds{}, PrintersUserIds: gen.GoodCityIds{},
	}
}

// given is nil, which becomes null, for what an account does not have.
func given[T comparable](value T) *T {
	var none T
	if value == none {
		return nil
	}
	return &value
}
