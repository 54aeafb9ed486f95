//go:build !linux && !darwin && !windows

package inference

import "errors"

// machineMemory isn't known on this system.
func machineMemory() (int64, error) { return 0, errors.ErrUnsupported }
