package openapi

// OtpCode is a verification code in digits.
type OtpCode string
