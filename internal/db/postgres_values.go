package db

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"strconv"

	"github.com/jackc/pgx/v5/pgtype"
)

// Types that package pgtype does not name.
const (
	voidOID     = 2278 // what a function gives that gives nothing
	regclassOID = 2205
)

// decode reads a value in the text or binary format into one of the five forms.
func decode(oid uint32, format int16, raw []byte) (any, error) {
	if raw == nil {
		return nil, nil
	}
	if format == pgtype.BinaryFormatCode {
		return decodeBinary(oid, raw)
	}
	switch oid {
	case pgtype.Int8OID, pgtype.Int4OID, pgtype.Int2OID, pgtype.OIDOID:
		return strconv.ParseInt(string(raw), 10, 64)
	case pgtype.Float8OID, pgtype.Float4OID:
		return strconv.ParseFloat(string(raw), 64)
	case pgtype.BoolOID:
		return bit(len(raw) > 0 && raw[0] == 't'), nil
	case pgtype.ByteaOID:
		if len(raw) >= 2 && raw[0] == '\\' && raw[1] == 'x' {
			return hex.DecodeString(string(raw[2:]))
		}
	case pgtype.NumericOID:
		if n, err := strconv.ParseInt(string(raw), 10, 64); err == nil {
			return n, nil
		}
		return strconv.ParseFloat(string(raw), 64)
	case voidOID:
		return nil, nil
	}
	return string(raw), nil
}

func decodeBinary(oid uint32, raw []byte) (any, error) {
	switch oid {
	case pgtype.Int8OID:
		return int64(binary.BigEndian.Uint64(raw)), nil
	case pgtype.Int4OID:
		return int64(int32(binary.BigEndian.Uint32(raw))), nil
	case pgtype.Int2OID:
		return int64(int16(binary.BigEndian.Uint16(raw))), nil
	case pgtype.OIDOID, regclassOID:
		return int64(binary.BigEndian.Uint32(raw)), nil
	case pgtype.Float8OID:
		return math.Float64frombits(binary.BigEndian.Uint64(raw)), nil
	case pgtype.Float4OID:
		return float64(math.Float32frombits(binary.BigEndian.Uint32(raw))), nil
	case pgtype.BoolOID:
		return bit(raw[0] != 0), nil
	case pgtype.ByteaOID:
		return append([]byte{}, raw...), nil
	case pgtype.TextOID, pgtype.VarcharOID, pgtype.NameOID, pgtype.UnknownOID, pgtype.BPCharOID, pgtype.QCharOID, pgtype.JSONOID:
		return string(raw), nil
	case pgtype.JSONBOID:
		return string(raw[1:]), nil // after the version
	case pgtype.NumericOID:
		return decodeNumeric(raw)
	case voidOID:
		return nil, nil
	}
	return nil, fmt.Errorf("db: no decoding for type %d", oid)
}

// decodeNumeric reads what sum() and avg() of integers give: int64 for a whole
// number that fits, else float64.
func decodeNumeric(raw []byte) (any, error) {
	var n pgtype.Numeric
	if err := (pgtype.NumericCodec{}).PlanScan(nil, pgtype.NumericOID, pgtype.BinaryFormatCode, &n).Scan(raw, &n); err != nil {
		return nil, err
	}
	if v, err := n.Int64Value(); err == nil {
		return v.Int64, nil
	}
	v, err := n.Float64Value()
	return v.Float64, err
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
